import { useState } from 'react';
import type { Input, Output } from '../../src/client.ts';
import { useAct } from '../data/use-act.ts';
import { Failure } from '../frame/notices.tsx';
import { Outcome } from '../messages/outcome.tsx';

type Body = NonNullable<Output<'message'>['body']>;
type SentBody = NonNullable<Input<'actOnMessages'>['body']['body']>;

/** Sending a message again with another body; the old one stays as it was. */
export function EditBody({ id, body }: { readonly id: number; readonly body: Body }) {
  const [text, setText] = useState(() => JSON.stringify(body, undefined, 2));
  const [fault, setFault] = useState<string>();
  const act = useAct('actOnMessages');

  function send(): void {
    try {
      const edited = JSON.parse(text) as SentBody;
      setFault(undefined);
      act.mutate({
        params: { verb: 'resend' },
        body: { selection: { ids: [id] }, isHead: false, body: edited },
      });
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <details>
      <summary>Edit and resend</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label className="field">
          <span>Body, as JSON</span>
          <textarea
            rows={12}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        {fault && <p className="bad">That is no JSON: {fault}</p>}
        <button type="submit" disabled={act.isPending}>
          Resend with this body
        </button>
        {act.error && <Failure error={act.error} doing="Nothing was sent" />}
        {act.data && <Outcome outcome={act.data} />}
      </form>
    </details>
  );
}
