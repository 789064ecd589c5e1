import type { SeenHost } from '../../component.ts';
import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';

/** Reports what the components themselves find odd about their settings, and about those of their neighbours. */
export function checkDoubts(hosts: readonly CheckedHost[], report: Report): void {
  const seen = hosts.flatMap((checked) => seenHost(checked, report));
  for (const host of hosts) {
    for (const { setting, code, message, suggestion } of doubtsOf(host, seen, report)) {
      const at = host.settingAt(setting);
      report.warning(code ?? 'SETTING_DOUBTED', at, `${setting}: ${message}`, suggestion);
    }
  }
}

function seenHost({ host, targets, settingAt }: CheckedHost, report: Report): readonly SeenHost[] {
  if (!host) return [];
  const { name, kind, componentName, settings } = host;
  const origin = (setting: string) => report.place(settingAt(setting));
  const names = targets.map((target) => target.host);
  return [{ name, kind, componentName, settings, targets: names, origin }];
}

function doubtsOf({ name, nameAt, host }: CheckedHost, seen: readonly SeenHost[], report: Report) {
  try {
    return (host && host.component.check?.(host.settings, seen)) || [];
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'it threw something that is no error';
    const message = `the check of ${host?.componentName} failed on ${name}: ${reason}`;
    report.error('CHECK_FAILED', nameAt, message);
    return [];
  }
}
