import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Input, Output } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useWho } from '../data/who.ts';
import { Answered } from '../frame/answered.tsx';
import { Empty, Failure } from '../frame/notices.tsx';
import { Page } from '../frame/page.tsx';
import { Text } from '../words/text.tsx';
import { duration } from '../words/time.tsx';

/** Milliseconds that the response is waited for. */
const timeout = 30_000;

/** Sending a process or an operation a message by hand, and seeing its response. */
export default function TestingPage() {
  const query = useAnswer('production', undefined as never);
  const { user, may } = useWho();
  return (
    <Page
      title="Testing service"
      lead="A message by hand to a process or an operation, and its response."
    >
      {user && !may('operator') ? (
        <Empty title="Messages are sent by operators">
          <p>An admin can give you the role operator.</p>
        </Empty>
      ) : (
        <Answered query={query} what="the production">
          {({ testingEnabled, hosts }) =>
            testingEnabled ? (
              <TestForm hosts={hosts.filter(({ kind }) => kind && kind !== 'service')} />
            ) : (
              <Empty title="The production does not allow it">
                <p>
                  Write <code>testingEnabled: true</code> into the production file and apply it on
                  the <Link href="/">production page</Link>. It is meant for trying out: whoever may
                  act on messages can then make some.
                </p>
              </Empty>
            )
          }
        </Answered>
      )}
    </Page>
  );
}

function TestForm({ hosts }: { readonly hosts: Output<'production'>['hosts'] }) {
  const [search, setSearch] = useSearchParams();
  const host = search.get('host') ?? hosts[0]?.name ?? '';
  const [file, setFile] = useState<File>();
  const [text, setText] = useState('{ "type": "example" }');
  const [kind, setKind] = useState<'file' | 'body'>('file');
  const [fault, setFault] = useState<string>();
  const sendFile = useAct('testFile');
  const sendBody = useAct('testMessage');
  const current = kind === 'file' ? sendFile : sendBody;

  function send(): void {
    setFault(undefined);
    if (kind === 'file') {
      if (!file) return setFault('Choose a file first.');
      sendFile.mutate({ params: { host }, query: { timeout }, body: file });
      return;
    }
    try {
      const body = JSON.parse(text) as Input<'testMessage'>['body']['body'];
      sendBody.mutate({ params: { host }, body: { body, timeout } });
    } catch (error) {
      setFault(`That is no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="body stack">
        <label className="field">
          <span>To</span>
          <select
            value={host}
            onChange={(event) => setSearch({ host: event.target.value }, { replace: true })}
          >
            {hosts.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <div className="row" role="group" aria-label="What is sent">
          <button type="button" aria-pressed={kind === 'file'} onClick={() => setKind('file')}>
            A DICOM file
          </button>
          <button type="button" aria-pressed={kind === 'body'} onClick={() => setKind('body')}>
            A body
          </button>
        </div>
        {kind === 'file' ? (
          <label className="field">
            <span>DICOM file (PS3.10), at most 512 MiB</span>
            <input
              type="file"
              accept=".dcm,application/dicom"
              onChange={(event) => setFile(event.target.files?.[0])}
            />
          </label>
        ) : (
          <label className="field">
            <span>Body, as JSON with a type</span>
            <textarea
              rows={8}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
        )}
        {fault && <p className="bad">{fault}</p>}
        <div className="row">
          <button type="submit" className="primary" disabled={current.isPending}>
            Send
          </button>
          {current.isPending && (
            <span className="quiet" role="status">
              Waiting for the response…
            </span>
          )}
        </div>
        {current.error && <Failure error={current.error} doing="The message was not sent" />}
        {current.data && <Tested tested={current.data} />}
      </div>
    </form>
  );
}

function Tested({ tested }: { readonly tested: Output<'testMessage'> }) {
  const { outcome, messageId, sessionId, milliseconds, error, body } = tested;
  return (
    <div className={`notice ${outcome === 'failed' ? 'bad' : 'good'}`} role="status">
      <p>
        <strong>
          {outcome === 'answered' ? 'Answered' : outcome === 'failed' ? 'Failed' : 'Sent'}
        </strong>
        {milliseconds !== undefined && ` after ${duration(milliseconds)}`}.{' '}
        <Link href={`/trace/${sessionId}?message=${messageId}`}>Trace</Link>
      </p>
      {error && (
        <p>
          <code>{error.code}</code> <Text>{error.text}</Text>
        </p>
      )}
      {body && <pre>{JSON.stringify(body, undefined, 2)}</pre>}
    </div>
  );
}
