import type { Host, Isolation } from '../production.ts';
import type { NamedComponent } from './load-component.ts';
import type { HostEntry } from './read-hosts.ts';
import type { Report } from './report.ts';

/** What the file says of where the component of a host runs. */
export interface IsolationKeys {
  readonly isolation?: 'thread' | 'process';
  readonly isolationLimits?: Isolation;
}

/** What a host has of `isolation: process`; reports where that is of no use. */
export function isolationOf(
  { tree }: HostEntry,
  { componentName }: NamedComponent,
  { isolation, isolationLimits }: IsolationKeys,
  report: Report,
): Pick<Host, 'isolation'> {
  const key = tree.entries.get('isolation');
  const limits = tree.entries.get('isolationLimits');
  if (isolation !== 'process') {
    if (limits) {
      const message = 'isolationLimits are those of a child process, and there is none';
      report.error('ISOLATION_UNFIT', limits.keyAt, message, 'isolation: process');
    }
    return {};
  }
  if (key && !/^(?:\.\.?\/|npm:)/.test(componentName)) {
    const message = `isolation: ${componentName} is built in; a child process is for components of yours`;
    report.error('ISOLATION_UNFIT', key.value.at, message);
    return {};
  }
  return { isolation: isolationLimits ?? defaultLimits };
}

const defaultLimits: Isolation = { memory: 512, silence: 30_000 };
