import { useState } from 'react';
import { Link } from 'wouter';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Failure, Waiting } from '../frame/notices.tsx';
import { ActDialog } from '../messages/act-dialog.tsx';
import { verbWords, type Asked } from '../messages/verb.ts';
import { Difference } from './difference.tsx';
import type { Leg, Session } from './diagram.ts';
import { EditBody } from './edit-body.tsx';
import { HeaderFacts } from './header-facts.tsx';
import { Receipts } from './receipts.tsx';

/** One leg in full: its header, what it said, what it carried and how that changed, and what can be done to it. */
export function LegPanel({
  leg: { header },
  session,
  onClose,
}: {
  readonly leg: Leg;
  readonly session: Session;
  readonly onClose: () => void;
}) {
  const { may } = useWho();
  const { data, error } = useAnswer('message', { params: { id: header.id } });
  const [asked, setAsked] = useState<Asked>();
  const message = data?.header.id === header.id ? data : undefined;
  return (
    <section className="sheet panel" aria-label={`Message ${header.id}`}>
      <header>
        <h2>
          {header.type} {header.id}
        </h2>
        <button type="button" className="bare" aria-label="Close the message" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <div className="body stack">
        <HeaderFacts header={header} session={session} />
        {error && <Failure error={error} doing="The message cannot be read in full" />}
        {!message && !error && <Waiting what="the message" />}
        {message && (
          <>
            {message.place && (
              <p className="notice">
                {message.place.isDisabled
                  ? 'It waits because its host is disabled.'
                  : `It waits behind ${message.place.before} messages of its queue.`}
              </p>
            )}
            {may('operator') && message.may.length > 0 && (
              <div className="row">
                {message.may.map((verb) => (
                  <button
                    key={verb}
                    type="button"
                    onClick={() => setAsked({ verb, selection: { ids: [header.id] } })}
                  >
                    {verbWords[verb]}…
                  </button>
                ))}
              </div>
            )}
            <Receipts receipts={message.receipts} />
            {message.document && (
              <p className="row">
                <Link className="button" href={`/documents/${header.id}`}>
                  Show the document
                </Link>
              </p>
            )}
            {message.document && may('phi-reader') && (
              <Difference header={header} document={message.document} session={session} />
            )}
            {message.body && (
              <details open={!message.document}>
                <summary>Body</summary>
                <pre>{JSON.stringify(message.body, undefined, 2)}</pre>
              </details>
            )}
            {message.body && may('operator') && message.may.includes('resend') && (
              <EditBody key={header.id} id={header.id} body={message.body} />
            )}
          </>
        )}
      </div>
      <ActDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => undefined} />
    </section>
  );
}
