import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeSettings, EngineError, type Host, type Production } from '@consort/core';
import type { Version } from '../load-version.ts';
import { surroundingsFor, type TestSurroundings } from '../test-production/changes-for-test.ts';
import type { DrillFolder } from './drilled-process.ts';

/** Milliseconds that a peer may take to answer in a drill: one that falls silent is given up after them. */
export const answerTime = 3_000;

/**
 * Makes for a production what it is drilled with, and writes its file as it is drilled: services on free ports of the
 * loopback interface, local peers in place of those of DICOM operations, folders below the drill's own, no TLS.
 * @throws EngineError USAGE where a host cannot be kept on this machine, or nothing can be sent to it
 */
export async function drillSurroundings(
  { production, bytes }: Version,
  folder: DrillFolder,
): Promise<TestSurroundings> {
  refuseWhatCannotBeKept(production);
  const around = await surroundingsFor(
    // A port that the environment gives is the author's own and never used here.
    { ...production, hosts: production.hosts.map(withoutTies) },
    { settings: {}, peers: {}, network: 'test', folder: join(folder.root, 'folders') },
  );
  const settings = Object.fromEntries(
    production.hosts.map((host) => [
      host.name,
      { ...around.changes.settings?.[host.name], ...own(host) },
    ]),
  );
  const used = Object.entries(settings).filter(([, values]) => Object.keys(values).length > 0);
  const changes = { ...around.changes, settings: Object.fromEntries(used) };
  await writeFile(folder.changed, changeSettings(bytes, changes));
  return { ...around, changes };
}

function withoutTies({ environment: _environment, ...host }: Host): Host {
  const { tls: _tls, ...settings } = host.settings;
  return { ...host, settings };
}

function own({ componentName, settings }: Host): Readonly<Record<string, unknown>> {
  const plain = 'tls' in settings ? { tls: undefined } : {};
  if (componentName === 'dicom.tcp-service') return { ...plain, interface: '127.0.0.1' };
  if (componentName !== 'dicom.tcp-operation') return {};
  const given = Number(settings['responseTimeout'] ?? answerTime);
  return {
    ...plain,
    responseTimeout: `${Math.min(given, answerTime)}ms`,
    ...(settings['confirm'] === undefined ? {} : { confirm: 'none' }),
  };
}

function refuseWhatCannotBeKept({ name, hosts }: Production): void {
  const program = hosts.find(({ componentName }) => componentName === 'process.exec');
  if (program) {
    throw new EngineError(
      'USAGE',
      `${program.name} runs a program (process.exec), which a drill cannot keep from the network; drill a file without it`,
    );
  }
  if (hosts.some(isDrilled)) return;
  throw new EngineError(
    'USAGE',
    `${name} has no dicom.tcp-service and no dicom.file-service that is enabled, so a drill has nothing to send images to`,
  );
}

/** Whether a drill gives images to a host. */
export function isDrilled({ componentName, enabled = true }: Host): boolean {
  return enabled && ['dicom.tcp-service', 'dicom.file-service'].includes(componentName);
}
