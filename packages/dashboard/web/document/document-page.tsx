import { useState } from 'react';
import { Link, useParams } from 'wouter';
import type { Output } from '../../src/client.ts';
import { client } from '../data/client.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { size } from '../words/size.ts';
import { Text } from '../words/text.tsx';
import { ElementTree } from './element-tree.tsx';
import { Frames } from './frames.tsx';
import '../style/document.css';

/** What the API says of a document. */
export type ShownDocument = Output<'document'>;

/** What a message carries: its frames as images, and its data elements. */
export default function DocumentPage() {
  const { id } = useParams<{ id: string }>();
  const number = Number(id);
  const { user, may } = useWho();
  const query = useAnswer(
    'document',
    { params: { id: number } },
    { fresh: 'once', when: may('phi-reader') },
  );
  const title = `Document of message ${id}`;
  if (user && !may('phi-reader'))
    return (
      <Page title={title}>
        <Empty title="A document is patient data">
          <p>It is shown to users with the role phi-reader; an admin can give it to you.</p>
        </Empty>
      </Page>
    );
  return (
    <Page
      title={title}
      actions={
        <>
          <Link className="button" href={`/trace/${id}?message=${id}`}>
            Trace
          </Link>
          <a
            className="button"
            href={client.href('documentFile', { params: { id: number } })}
            download
          >
            Download
          </a>
        </>
      }
    >
      <Answered query={query} what="the document">
        {(document) => <Shown shown={document} />}
      </Answered>
    </Page>
  );
}

function Shown({ shown }: { readonly shown: ShownDocument }) {
  const [words, setWords] = useState('');
  const { document, messageId, frames, elements, fileMetaInformation, isCut } = shown;
  return (
    <div className="document">
      <div className="stack">
        {frames > 0 ? (
          <Frames messageId={messageId} frames={frames} elements={elements} />
        ) : (
          <div className="sheet empty">
            <h2>No pixel data</h2>
            <p>This data set has no frames that can be shown.</p>
          </div>
        )}
        <dl className="facts sheet body">
          <dt>Size</dt>
          <dd>{size(document.size)}</dd>
          <dt>SHA-256</dt>
          <dd className="mono">{document.digest}</dd>
          <dt>SOP class</dt>
          <dd className="mono">{document.sopClassUid}</dd>
          <dt>Transfer syntax</dt>
          <dd className="mono">{document.transferSyntaxUid}</dd>
          {document.attributes.studyInstanceUid && (
            <>
              <dt>Study</dt>
              <dd>
                <Link href={`/studies/${document.attributes.studyInstanceUid}`}>
                  <Text>{document.attributes.studyInstanceUid}</Text>
                </Link>
              </dd>
            </>
          )}
        </dl>
      </div>
      <div className="sheet">
        <header>
          <h2>Data elements</h2>
          <input
            type="search"
            aria-label="Search the data elements"
            placeholder="Keyword, tag or value"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </header>
        <ElementTree elements={elements} words={words} />
        {isCut && (
          <p className="body quiet">
            The data set has more than is shown; download it for the rest.
          </p>
        )}
        <details className="body">
          <summary>File Meta Information (PS3.10 section 7.1)</summary>
          <ElementTree elements={fileMetaInformation} words="" />
        </details>
      </div>
    </div>
  );
}
