import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useAct } from '../data/use-act.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Failure, Waiting } from '../frame/notices.tsx';
import { count } from '../words/size.ts';
import { Text } from '../words/text.tsx';
import { Outcome } from './outcome.tsx';
import { verbWords, type Asked, type Verb } from './verb.ts';

const meanings: Readonly<Record<Verb, string>> = {
  resend: 'A new message with the same body is put in the queue of its target.',
  resubmit: 'The message itself goes on: it is queued again, with its retries counted anew.',
  discard: 'It is set aside and never goes on by itself.',
  abort:
    'What waits or is under way ends in Aborted; whoever waits for its response hears an error.',
};

/** Shows what an action would do to which messages, and does it when that is wanted. */
export function ActDialog({
  asked,
  onClose,
  onDone,
}: {
  readonly asked: Asked | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const preview = useAct('previewMessages');
  const act = useAct('actOnMessages');
  const [isHead, setHead] = useState(false);
  const { mutate: look, reset: lookAnew } = preview;
  const { reset: actAnew } = act;
  useEffect(() => {
    lookAnew();
    actAnew();
    setHead(false);
    if (asked) look({ body: asked });
  }, [asked, look, lookAnew, actAnew]);
  if (!asked) return null;
  const { verb, selection } = asked;
  const wouldBe = preview.data?.wouldBe.length ?? 0;

  function go(): void {
    act.mutate(
      { params: { verb }, body: { selection, expected: wouldBe, isHead } },
      { onSuccess: onDone },
    );
  }

  return (
    <Dialog title={`${verbWords[verb]} messages`} isOpen onClose={onClose}>
      <div className="body stack">
        <p>{meanings[verb]}</p>
        {preview.isPending && <Waiting what="what would happen" />}
        {preview.error && (
          <Failure error={preview.error} doing="It cannot be told what would happen" />
        )}
        {preview.data && !act.data && (
          <>
            <p>
              <strong>{count(wouldBe)}</strong> {wouldBe === 1 ? 'message' : 'messages'}
              {wouldBe > 0 && (
                <>
                  : <Numbers ids={preview.data.wouldBe} />
                </>
              )}
              {preview.data.isMore &&
                '. There are more than one action takes; do it again for the rest.'}
            </p>
            {preview.data.refused.length > 0 && (
              <details>
                <summary>{count(preview.data.refused.length)} it cannot be done to</summary>
                <ul>
                  {preview.data.refused.slice(0, 100).map(({ id, code, text }) => (
                    <li key={id}>
                      {id}: <code>{code}</code> <Text>{text}</Text>
                    </li>
                  ))}
                </ul>
              </details>
            )}
            {verb === 'resend' && (
              <label className="row">
                <input
                  type="checkbox"
                  checked={isHead}
                  onChange={(event) => setHead(event.target.checked)}
                />
                <span>before everything else in the queue</span>
              </label>
            )}
          </>
        )}
        {act.error && <Failure error={act.error} doing="Nothing was done" />}
        {act.data && <Outcome outcome={act.data} />}
      </div>
      <footer>
        <button type="button" onClick={onClose}>
          {act.data ? 'Close' : 'Cancel'}
        </button>
        {!act.data && (
          <button
            type="button"
            className={verb === 'resend' || verb === 'resubmit' ? 'primary' : 'danger'}
            disabled={wouldBe === 0 || act.isPending}
            onClick={go}
          >
            {verbWords[verb]} {count(wouldBe)}
          </button>
        )}
      </footer>
    </Dialog>
  );
}

function Numbers({ ids }: { readonly ids: readonly number[] }) {
  return (
    <>
      {ids.slice(0, 20).map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link href={`/trace/${id}`}>{id}</Link>
        </span>
      ))}
      {ids.length > 20 && ' …'}
    </>
  );
}
