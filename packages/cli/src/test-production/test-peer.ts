import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { statusHex } from '@consort/dicom';
import { openDoor, type Admission, type AssociationProposal } from '@consort/dicom/acceptor';
import { part10Prefix } from '@consort/dicom/part10';

/**
 * What a peer does with the next image: answers it with a status (PS3.7 annex C), aborts the association, refuses it
 * (A-ASSOCIATE-RJ), or keeps silent.
 */
export type PeerAnswer =
  { readonly status: number; readonly comment?: string } | 'abort' | 'refuse' | 'silence';

/** An image that a peer was sent. */
export interface ImageAtPeer {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** SHA-256 of its data set, as it came. */
  readonly digest: string;
  /** Bytes of it. */
  readonly size: number;
  /** It is kept here, as a DICOM file, until the peer ends. */
  readonly file: string;
  /** What the peer answered: four hex digits, `abort` or `silence`. */
  readonly answered: string;
}

/** A DICOM peer that takes what is stored to it (Storage SCP, PS3.4 annex B) and answers C-ECHO. */
export interface TestPeer extends AsyncDisposable {
  readonly port: number;
  /** In the order they came, those that it failed among them. */
  readonly received: readonly ImageAtPeer[];
  /** How often an association was refused. */
  readonly refused: number;
  /** What it does from now on: one answer after the other, of which the last stands for all that follow. */
  answer(...answers: readonly PeerAnswer[]): void;
  close(): Promise<void>;
}

/** Success (PS3.4 section B.2.3). */
const success: PeerAnswer = { status: 0x0000 };

/** Opens a peer on a free port of the loopback interface. It accepts every title and every presentation context. */
export async function startTestPeer(...answers: readonly PeerAnswer[]): Promise<TestPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-peer-'));
  const received: ImageAtPeer[] = [];
  const ending = new AbortController();
  let script = answers.length > 0 ? [...answers] : [success];
  let refused = 0;
  let count = 0;

  function next(): PeerAnswer {
    const [first = success] = script;
    if (script.length > 1) script = script.slice(1);
    return first;
  }

  function admit(proposal: AssociationProposal): Admission {
    if (script[0] === 'refuse') {
      next();
      refused += 1;
      return { reject: { result: 1, source: 1, reason: 1 }, why: 'the test refuses it' };
    }
    return {
      accept: proposal.contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({
        id,
        result: 0,
        transferSyntax,
      })),
    };
  }

  const door = await openDoor(
    { interface: '127.0.0.1', port: 0, maxAssociations: 64 },
    {
      admit,
      store(command, { callingAeTitle, calledAeTitle }) {
        const { affectedSopClassUid: sopClassUid, affectedSopInstanceUid: sopInstanceUid } =
          command;
        const { transferSyntaxUid } = command;
        const file = join(folder, `${String(++count).padStart(5, '0')}.dcm`);
        const stream = createWriteStream(file);
        stream.write(part10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid }));
        const hash = createHash('sha256');
        let size = 0;
        return {
          async write(fragment) {
            hash.update(fragment);
            size += fragment.length;
            if (!stream.write(Buffer.from(fragment))) await once(stream, 'drain');
          },
          async end(signal) {
            await new Promise<void>((resolve) => stream.end(resolve));
            const answer = next();
            received.push({
              sopClassUid,
              sopInstanceUid,
              transferSyntaxUid,
              callingAeTitle,
              calledAeTitle,
              digest: hash.digest('hex'),
              size,
              file,
              answered: typeof answer === 'string' ? answer : statusHex(answer.status),
            });
            if (answer === 'silence') await aborted(AbortSignal.any([signal, ending.signal]));
            if (typeof answer === 'string') return { status: 0x0110, abort };
            const { status, comment } = answer;
            return { status, ...(comment === undefined ? {} : { errorComment: comment }) };
          },
          async discard() {
            await new Promise<void>((resolve) => stream.end(resolve));
          },
        };
      },
      ended: () => undefined,
    },
  );

  let closed: Promise<void> | undefined;
  const close = () => (closed ??= closeOnce());
  async function closeOnce(): Promise<void> {
    ending.abort();
    await door.close(2_000);
    await rm(folder, { recursive: true, force: true });
  }

  return {
    port: door.port,
    received,
    get refused() {
      return refused;
    },
    answer(...given) {
      script = given.length > 0 ? [...given] : [success];
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

// By the service user, no reason (PS3.8 table 9-26).
const abort = { source: 0, reason: 0 };

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
