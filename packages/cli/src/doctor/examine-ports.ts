import type { Host } from '@consort/core';
import { fine, type Finding, type Patient } from './finding.ts';
import { whyNotFree } from './why-not-free.ts';

/** Looks whether the ports of the file's services are free, or held by the production itself. */
export async function examinePorts(patient: Patient): Promise<readonly Finding[]> {
  const services = (patient.production?.hosts ?? []).filter(
    ({ kind, settings }) => kind === 'service' && typeof settings['port'] === 'number',
  );
  return Promise.all(services.map((service) => examinePort(service, patient)));
}

async function examinePort(service: Host, patient: Patient): Promise<Finding> {
  const { name, settings, origins } = service;
  const port = Number(settings['port']);
  const address = typeof settings['interface'] === 'string' ? settings['interface'] : '0.0.0.0';
  const at = `port ${port} of ${name} (${origins['port'] ?? origins[''] ?? name})`;
  const detail = patient.runs ? patient.details.get(name) : undefined;
  const listening = /^listens on \S*:(\d+)( |$)/.exec(detail ?? '')?.[1];
  if (port === 0) {
    const taken = listening === undefined ? 'takes any free one' : `has taken ${listening}`;
    return fine('ports', `${name} ${taken}`);
  }
  const error = await whyNotFree(address, port);
  if (listening === String(port)) {
    return error === 'EADDRINUSE'
      ? fine('ports', `${at} is held by the production itself`)
      : lost(at);
  }
  if (error === undefined) return fine('ports', `${at} is free`);
  return notFree(at, address, port, error);
}

function lost(at: string): Finding {
  return {
    check: 'ports',
    severity: 'problem',
    text: `${at} is held by nobody, although the production says that it listens there`,
    meaning: 'peers cannot connect',
    remedy: 'restart the service: production restart HOST',
  };
}

function notFree(at: string, address: string, port: number, code: string): Finding {
  const found: Readonly<Record<string, readonly [text: string, remedy: string]>> = {
    EADDRINUSE: [
      `${at} is held by another program`,
      `ss -ltnp 'sport = :${port}' says which; end it, or write another port`,
    ],
    EACCES: [
      `${at} may not be opened by this user`,
      'ports below 1024 are for root alone: write a higher one, or give node the right (setcap cap_net_bind_service=+ep)',
    ],
    EADDRNOTAVAIL: [
      `${at} cannot be opened: no interface of this machine has the address ${address}`,
      'write an address of this machine as interface, or 0.0.0.0 for all',
    ],
  };
  const [text, remedy] = found[code] ?? [
    `${at} cannot be opened: ${code}`,
    'see what the system says about it',
  ];
  return {
    check: 'ports',
    severity: 'problem',
    text,
    meaning: 'the service cannot start, and with it the production',
    remedy,
  };
}
