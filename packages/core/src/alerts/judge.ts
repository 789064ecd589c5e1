import type { Host } from '../production.ts';
import type { Alert, AlertCondition } from './alert.ts';
import type { AlertChanges, AlertFacts, FailureMark, HostFacts } from './alert-calls.ts';
import { judgeEnds } from './judge-ends.ts';
import { judgeError } from './judge-error.ts';
import { judgeReturns } from './judge-returns.ts';
import { judgeQueueCount, judgeQueueWait } from './judge-queue.ts';
import { judgeExpectedSender, judgeInactive } from './judge-silence.ts';

/** The moment of a judgement. */
export interface Moment {
  readonly now: Date;
  /** When this run of the production began: before that nobody could have worked. ISO 8601. */
  readonly runSince: string;
  /** Milliseconds without a failure, after which failing is over. */
  readonly quiet: number;
}

/** What has become of one condition of one host; nothing given is nothing new. */
export interface Verdict {
  readonly begins?: Pick<Alert, 'startedAt' | 'text' | 'lastAt' | 'count'>;
  readonly goesOn?: Pick<Alert, 'lastAt' | 'count'>;
  readonly endedAt?: string;
  readonly mark?: FailureMark;
}

/** What there is to be noted. */
export type Judgement = Omit<AlertChanges, 'production' | 'target'>;

/** Compares what the record says with the alerts that are open: which begin, go on and end. */
export function judge(hosts: readonly Host[], facts: AlertFacts, at: Moment): Judgement {
  const ends = judgeEnds(facts, at);
  const returns = judgeReturns(facts, at);
  const changes = {
    started: [...ends.started, ...returns.started],
    continued: [...ends.continued, ...returns.continued],
    ended: [...ends.ended, ...returns.ended],
    endsMark: ends.endsMark,
    marks: [] as AlertChanges['marks'][number][],
  };
  const watched = new Set<Alert>();

  function note(
    condition: AlertCondition,
    host: string,
    verdictOn: (open?: Alert) => Verdict,
    callingAet?: string,
  ) {
    const open = facts.open.find(
      (alert) =>
        alert.condition === condition && alert.host === host && alert.callingAet === callingAet,
    );
    if (open) watched.add(open);
    const { begins, goesOn, endedAt, mark } = verdictOn(open);
    const who = callingAet === undefined ? { condition, host } : { condition, host, callingAet };
    if (begins) changes.started.push({ ...who, ...begins });
    if (open && goesOn) changes.continued.push({ id: open.id, ...goesOn });
    if (open && endedAt !== undefined) changes.ended.push({ id: open.id, endedAt });
    if (mark) changes.marks.push({ host, ...mark });
  }

  for (const host of hosts) {
    const known = facts.hosts.find((each) => each.host === host.name);
    if (known) judgeHost(host, known, at, note);
  }
  for (const alert of facts.open) {
    if (watched.has(alert) || unasked.includes(alert.condition)) continue;
    changes.ended.push({ id: alert.id, endedAt: at.now.toISOString(), note: unwatched });
  }
  return changes;
}

/** What there is an alert about without a key in the production file. */
const unasked: readonly AlertCondition[] = ['deadWorker', 'imageReturned'];

const unwatched = 'the production file no longer asks for this alert';

/** Says whether there is anything to be noted. */
export function isNothing({ started, continued, ended, marks }: Judgement): boolean {
  return [started, continued, ended, marks].every(({ length }) => length === 0);
}

type Note = (
  condition: AlertCondition,
  host: string,
  verdictOn: (open?: Alert) => Verdict,
  callingAet?: string,
) => void;

function judgeHost(host: Host, facts: HostFacts, at: Moment, note: Note): void {
  const { name, kind, alerts = {} } = host;
  const { onError, queueCount, queueWait, inactivity, expect = [] } = alerts;
  if (onError) note('error', name, (open) => judgeError(onError.grace, kind, facts, open, at));
  if (queueCount !== undefined) {
    note('queueCount', name, (open) => judgeQueueCount(queueCount, facts, open, at));
  }
  if (queueWait !== undefined) {
    note('queueWait', name, (open) => judgeQueueWait(queueWait, facts, open, at));
  }
  if (inactivity !== undefined) {
    note('inactive', name, (open) => judgeInactive(inactivity, facts, open, at));
  }
  for (const expected of expect) {
    note(
      'expectedSender',
      name,
      (open) => judgeExpectedSender(expected, facts, open, at),
      expected.callingAet,
    );
  }
}
