import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundMessage, Host, MessageReader, Production } from '@consort/core';
import { fileSource, readPart10 } from '@consort/dicom/part10';
import type { TestSurroundings } from '../test-production/changes-for-test.ts';

/** What a drill knows of where images are, by their SOP Instance UIDs. */
export interface Deliveries {
  /** What each operation has handed over and its target kept, in that order, as often as it did. */
  readonly at: ReadonlyMap<string, readonly string[]>;
  /** Images whose failure the record says of the whole, or of a request whose answer nobody waited for. */
  readonly setAside: ReadonlySet<string>;
}

/** Messages that are read at once. */
const page = 1_000;

/**
 * Looks where images are: at the peers, in the folders, and in the record for operations that have neither.
 * @param lied what peers received in vain: they kept nothing of it
 */
export async function deliveriesOf(
  production: Production,
  around: TestSurroundings,
  reader: MessageReader,
  lied: ReadonlySet<unknown>,
): Promise<Deliveries> {
  const sessions = await sessionsOf(reader);
  const imageOf = new Map<string, string>();
  const setAside = new Set<string>();
  const byRecord = new Map<string, string[]>();
  // What was sent is itself, whatever session it is in later: a study may be handed on in one.
  for (const [root] of sessions.values()) {
    const sent = root?.document?.attributes.sopInstanceUid;
    if (sent !== undefined) imageOf.set(sent, sent);
  }
  const others = production.hosts.filter((host) => isOther(host, around));
  for (const legs of sessions.values()) {
    const [root] = legs;
    const image = root?.document?.attributes.sopInstanceUid;
    if (!root || image === undefined) continue;
    // A process may have made another image of it.
    for (const { document } of legs) {
      const uid = document?.attributes.sopInstanceUid;
      if (uid !== undefined && !imageOf.has(uid)) imageOf.set(uid, image);
    }
    if (legs.some((leg) => isSaid(leg, root))) setAside.add(image);
    for (const { header, document } of legs) {
      if (header.type !== 'Request' || header.status !== 'Completed' || !document) continue;
      if (!others.some(({ name }) => name === header.targetConfigName)) continue;
      const uid = document.attributes.sopInstanceUid ?? image;
      byRecord.set(header.targetConfigName, [
        ...(byRecord.get(header.targetConfigName) ?? []),
        imageOf.get(uid) ?? image,
      ]);
    }
  }
  const at = new Map<string, readonly string[]>(byRecord);
  const known = (uid: string) => imageOf.get(uid) ?? uid;
  for (const [host, peer] of around.peers) {
    const kept = peer.received.filter((one) => one.answered === '0000' && !lied.has(one));
    at.set(
      host,
      kept.map(({ sopInstanceUid }) => known(sopInstanceUid)),
    );
  }
  for (const { name, componentName } of production.hosts) {
    if (componentName !== 'dicom.file-operation') continue;
    at.set(name, (await uidsIn(around.folders.get(name) ?? '')).map(known));
  }
  return { at, setAside };
}

function isOther({ kind, name, componentName }: Host, { peers }: TestSurroundings): boolean {
  return kind === 'operation' && !peers.has(name) && componentName !== 'dicom.file-operation';
}

/** Whether an operator is told: the whole has failed, or a part whose answer nobody was to hear. */
function isSaid({ header }: FoundMessage, root: FoundMessage): boolean {
  if (!['Error', 'Suspended', 'Aborted', 'Discarded'].includes(header.status)) return false;
  return header.id === root.header.id || header.returnQueueName === undefined;
}

async function sessionsOf(reader: MessageReader): Promise<ReadonlyMap<number, FoundMessage[]>> {
  const sessions = new Map<number, FoundMessage[]>();
  for (let before: number | undefined; ;) {
    const found = await reader.search({ limit: page, ...(before !== undefined && { before }) });
    for (const message of found) {
      const { sessionId } = message.header;
      sessions.set(sessionId, [message, ...(sessions.get(sessionId) ?? [])]);
    }
    if (found.length < page) return sessions;
    before = found.at(-1)?.header.id;
  }
}

async function uidsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const uids: string[] = [];
  for (const { parentPath, name } of files) {
    const handle = await open(join(parentPath, name));
    try {
      const { meta } = await readPart10(fileSource(handle, (await handle.stat()).size));
      if (meta.sopInstanceUid !== undefined) uids.push(meta.sopInstanceUid);
    } catch {
      // No DICOM file, or half of one.
    } finally {
      await handle.close();
    }
  }
  return uids;
}
