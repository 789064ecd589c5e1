import type { Component } from '../../component.ts';
import type { CheckedHost } from '../check-host.ts';
import { sectionOf } from '../production-keys.ts';
import type { Report } from '../report.ts';

/** Refuses hosts that stand in the section of another kind. */
export function checkSections(hosts: readonly CheckedHost[], report: Report): void {
  for (const { name, kind, component, tree } of hosts) {
    if (!component || component.kind === kind) continue;
    report.error(
      'SECTION_WRONG',
      tree.entries.get('component')!.value.at,
      `${name} is ${aOrAn(component.kind)}; move it under ${sectionOf(component.kind)}:`,
    );
  }
}

function aOrAn(kind: Component['kind']): string {
  return kind === 'operation' ? 'an operation' : `a ${kind}`;
}
