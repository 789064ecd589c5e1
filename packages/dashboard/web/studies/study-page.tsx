import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { client } from '../data/client.ts';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty, Failure } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { Outcome } from '../messages/outcome.tsx';
import { imageStates } from '../words/image-state.ts';
import { size } from '../words/size.ts';
import { State } from '../words/state.tsx';
import { Text } from '../words/text.tsx';
import { Time } from '../words/time.tsx';
import { StudyState } from './study-state.tsx';

/** One study: its images, each with what became of it, and sending again what failed. */
export default function StudyPage() {
  const { uid } = useParams<{ uid: string }>();
  const { may } = useWho();
  const [cursor, setCursor] = useState<string>();
  const studies = useAnswer('studies', { query: { studyInstanceUid: uid, limit: 1 } });
  const images = useAnswer('images', {
    query: { studyInstanceUid: uid, limit: 100, ...(cursor ? { cursor } : {}) },
  });
  const resend = useAct('resendStudy');
  const study = studies.data?.studies[0];
  const again = (what: 'failed' | 'all') =>
    resend.mutate({ params: { studyInstanceUid: uid }, body: { what } });
  return (
    <Page
      title="Study"
      lead={<span className="mono">{uid}</span>}
      actions={
        may('operator') &&
        study && (
          <>
            {study.failed + study.suspended > 0 && (
              <button
                type="button"
                className="primary"
                disabled={resend.isPending}
                onClick={() => again('failed')}
              >
                Resend what failed
              </button>
            )}
            <button type="button" disabled={resend.isPending} onClick={() => again('all')}>
              Resend all
            </button>
            <Link className="button" href={`/messages?studyInstanceUid=${uid}`}>
              Messages
            </Link>
          </>
        )
      }
    >
      {resend.error && <Failure error={resend.error} doing="Nothing was sent again" />}
      {resend.data && <Outcome outcome={resend.data} />}
      {study && (
        <dl className="sheet body figures">
          {study.patientNames.length > 0 && (
            <div>
              <dt>Patient</dt>
              <dd>
                <Text>{study.patientNames.join('; ')}</Text>
              </dd>
            </div>
          )}
          {study.accessionNumbers.length > 0 && (
            <div>
              <dt>Accession number</dt>
              <dd>
                <Text>{study.accessionNumbers.join(', ')}</Text>
              </dd>
            </div>
          )}
          <div>
            <dt>Images</dt>
            <dd>{study.instances}</dd>
          </div>
          <div>
            <dt>Received</dt>
            <dd>{study.received}</dd>
          </div>
          <div>
            <dt>Status</dt>
            <dd>
              <StudyState study={study} />
            </dd>
          </div>
        </dl>
      )}
      <Answered query={images} what="the images">
        {({ images: all, next }) =>
          all.length === 0 ? (
            <Empty title="No image of this study is there">
              <p>
                It may have been purged. <Link href="/studies">All studies</Link>
              </p>
            </Empty>
          ) : (
            <>
              <ul className="images">
                {all.map((image) => (
                  <li key={image.messageId} className="sheet">
                    {may('phi-reader') && (
                      <Link href={`/documents/${image.messageId}`} className="thumb">
                        <img
                          loading="lazy"
                          alt={`Image of message ${image.messageId}`}
                          src={client.href('documentFrame', {
                            params: { id: image.messageId, frame: 1 },
                          })}
                        />
                      </Link>
                    )}
                    <div className="body">
                      <State {...imageStates[image.state]} />
                      <p className="small">
                        <Link href={`/trace/${image.messageId}`}>Trace {image.messageId}</Link>,{' '}
                        {size(image.document.size)}
                      </p>
                      <p className="small quiet">
                        <Time>{image.time}</Time>
                      </p>
                      {image.sameAs !== undefined && (
                        <p className="small doubtful">the same as in message {image.sameAs}</p>
                      )}
                      {image.otherContentIn !== undefined && (
                        <p className="small doubtful">
                          other content than in message {image.otherContentIn}
                        </p>
                      )}
                    </div>
                  </li>
                ))}
              </ul>
              {next && (
                <button type="button" onClick={() => setCursor(next)}>
                  Older images
                </button>
              )}
            </>
          )
        }
      </Answered>
    </Page>
  );
}
