import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  copiesOf,
  pydicomFiles,
  sendFiles,
  type Peer,
  type SentFile,
} from '@consort/testing/consort';

const uid = '1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322';

/** Small CT images that differ in their SOP Instance UID alone, in a folder below the one given. */
export function ctImages(count: number, folder: string): Promise<readonly string[]> {
  const original = pydicomFiles().find((path) => path.endsWith('/CT_small.dcm')) ?? '';
  return copiesOf(original, uid, count, join(folder, 'images'));
}

/** A transfer under way: what has been sent so far, in the order of the answers. */
export interface Transfer {
  readonly sent: readonly SentFile[];
  /** Resolves once so many files have been told Success. */
  toldSuccess(count: number): Promise<void>;
  /** Resolves when every file has been sent once; with those that were told Success. */
  readonly done: Promise<string[]>;
}

/**
 * Sends files over several associations at a time, each file once, come what may.
 * @param open what to wait for before each file, by default nothing
 */
export function startTransfer(
  peer: Peer,
  files: readonly string[],
  lanes: number,
  open: () => Promise<unknown> | undefined = () => undefined,
): Transfer {
  const sent: SentFile[] = [];
  const left = [...files];
  const told = () => sent.filter(({ status }) => status === 0).map(({ file }) => file);

  async function lane(): Promise<void> {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      await open();
      sent.push(...(await sendFiles(peer, [file])));
    }
  }

  return {
    sent,
    async toldSuccess(count) {
      while (told().length < count && sent.length < files.length) await sleep(5);
    },
    done: Promise.all(Array.from({ length: lanes }, lane)).then(told),
  };
}
