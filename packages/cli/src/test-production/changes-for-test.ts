import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { FileChanges, Host, Production } from '@consort/core';
import { startTestPeer, type PeerAnswer, type TestPeer } from './test-peer.ts';

/** What of a production is another's while it is tested. */
export interface TestSurroundings {
  readonly changes: FileChanges;
  /** Ports that services listen on, by host. */
  readonly ports: ReadonlyMap<string, number>;
  /** The peers that DICOM operations send to, by host. */
  readonly peers: ReadonlyMap<string, TestPeer>;
  /** The folders that file services watch and file operations write into, by host. */
  readonly folders: ReadonlyMap<string, string>;
}

/** What a test wants of its surroundings. */
export interface SurroundingsWanted {
  /** Where folders are made that are the test's own; absent: those of the file are used. */
  readonly folder?: string;
  readonly peers: Readonly<Record<string, readonly PeerAnswer[]>>;
  readonly network: 'test' | 'file';
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Makes for a production what it is tested with: free ports, peers, folders. A setting that the environment gives stays
 * as it is, and so does one that the test sets itself.
 */
export async function surroundingsFor(
  production: Production,
  wanted: SurroundingsWanted,
): Promise<TestSurroundings> {
  const ports = new Map<string, number>();
  const peers = new Map<string, TestPeer>();
  const folders = new Map<string, string>();
  const settings: Record<string, Record<string, unknown>> = {};
  const change = (host: Host, values: Readonly<Record<string, unknown>>) =>
    Object.assign((settings[host.name] ??= {}), values);

  for (const host of production.hosts) {
    const own = wanted.settings[host.name] ?? {};
    const isFixed = (name: string) => name in own || (host.environment ?? []).includes(name);
    const isMoved = wanted.network === 'test' && !isFixed('port');
    const given = { ...host.settings, ...own };
    if (host.kind === 'service' && typeof given['port'] === 'number') {
      if (isMoved) change(host, { port: await freePort() });
      ports.set(host.name, Number(settings[host.name]?.['port'] ?? given['port']));
    }
    if (host.componentName === 'dicom.tcp-operation' && isMoved && !('tls' in given)) {
      const peer = await startTestPeer(...(wanted.peers[host.name] ?? []));
      peers.set(host.name, peer);
      change(host, { host: '127.0.0.1', port: peer.port });
    }
    for (const [name, below] of Object.entries(folderSettings[host.componentName] ?? {})) {
      const isMain = below === '';
      if (isMain || given[name] !== undefined) {
        if (wanted.folder !== undefined && !isFixed(name)) {
          const folder = join(wanted.folder, isMain ? host.name : `${host.name}-${below}`);
          await mkdir(folder, { recursive: true });
          change(host, { [name]: folder });
        }
      }
      if (isMain) folders.set(host.name, String(settings[host.name]?.[name] ?? given[name]));
    }
    if (host.name in wanted.settings) change(host, own);
  }
  return { changes: { keys: { testingEnabled: true }, settings }, ports, peers, folders };
}

// The folders of the components that work on files, and where they are in a test's own; the first is what it is about.
const folderSettings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'dicom.file-operation': { directory: '' },
  'dicom.file-service': {
    filePath: '',
    workPath: 'work',
    archivePath: 'archive',
    errorPath: 'errors',
  },
};

/** A port of the loopback interface that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
