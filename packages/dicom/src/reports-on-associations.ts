import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import type { Door } from './gate/door.ts';
import type { ReportToPeer } from './gate/reports-to-peer.ts';

/** An N-EVENT-REPORT for the peer of an association, wherever in this process that association is. */
export interface ReportOnAssociation extends ReportToPeer {
  readonly associationId: string;
}

/** What goes between the threads of services and operations. */
type Word =
  | { readonly kind: 'report'; readonly id: string; readonly report: ReportOnAssociation }
  | { readonly kind: 'held'; readonly id: string }
  | { readonly kind: 'answered'; readonly id: string; readonly status: number | undefined };

const channelName = 'consort reports on associations';
/** Milliseconds for a service to say that it has the association. */
const patience = 500;

/** Lets operations report on the associations of a door. @returns what ends that */
export function offerAssociations(door: Pick<Door, 'report'>): () => void {
  const channel = openChannel((word, say) => {
    if (word.kind !== 'report') return;
    const { id, report } = word;
    const answered = door.report(report.associationId, report);
    if (!answered) return;
    say({ kind: 'held', id });
    answered.then(
      (status) => say({ kind: 'answered', id, status }),
      () => say({ kind: 'answered', id, status: undefined }),
    );
  });
  return () => channel.close();
}

/**
 * Sends a report on the association that it is for, if a service of this process still has it.
 * @param timeout milliseconds for the peer's response
 * @returns the peer's status; undefined when the association is gone, or nothing was heard on it
 */
export async function reportOnAssociation(
  report: ReportOnAssociation,
  timeout: number,
): Promise<number | undefined> {
  const id = randomUUID();
  const heard = Promise.withResolvers<number | undefined>();
  let timer = setTimeout(heard.resolve, patience, undefined);
  const channel = openChannel((word) => {
    if (word.id !== id) return;
    if (word.kind === 'answered') heard.resolve(word.status);
    if (word.kind !== 'held') return;
    clearTimeout(timer);
    timer = setTimeout(heard.resolve, timeout, undefined);
  });
  try {
    channel.say({ kind: 'report', id, report });
    return await heard.promise;
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}

function openChannel(hear: (word: Word, say: (word: Word) => void) => void) {
  const channel = new BroadcastChannel(channelName);
  let isOpen = true;
  const say = (word: Word) => {
    if (isOpen) channel.postMessage(word);
  };
  channel.addEventListener('message', (event) =>
    hear((event as Event & { readonly data: Word }).data, say),
  );
  channel.unref();
  return {
    say,
    close() {
      isOpen = false;
      channel.close();
    },
  };
}
