import type { CheckedHost } from '../check-host.ts';
import type { Report } from '../report.ts';

/** Refuses services that listen on the same port of the same address. */
export function checkPorts(hosts: readonly CheckedHost[], report: Report): void {
  const listening = hosts.flatMap((checked) => {
    const { port, interface: address } = checked.host?.settings ?? {};
    if (checked.kind !== 'service' || typeof port !== 'number' || port === 0) return [];
    return [{ checked, port, address: typeof address === 'string' ? address : '0.0.0.0' }];
  });
  for (const [index, one] of listening.entries()) {
    const other = listening
      .slice(0, index)
      .find(({ port, address }) => port === one.port && overlap(address, one.address));
    if (!other) continue;
    const where = report.place(other.checked.settingAt('port'));
    const message = `port: ${other.checked.name} listens on port ${one.port} already, at ${where}`;
    report.error('PORT_REPEATED', one.checked.settingAt('port'), message);
  }
}

function overlap(one: string, other: string): boolean {
  const all = ['', '*', '0.0.0.0', '::'];
  return one === other || all.includes(one) || all.includes(other);
}
