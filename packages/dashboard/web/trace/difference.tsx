import { useAnswer } from '../data/use-answer.ts';
import { Failure, Waiting } from '../frame/notices.tsx';
import { Text } from '../words/text.tsx';
import type { MessageRow } from '../messages/use-messages.ts';
import type { Leg, Session } from './diagram.ts';

/** What the data set of a leg has otherwise than that of the leg before it that carried another: before and after. */
export function Difference({
  header,
  document,
  session,
}: {
  readonly header: Leg['header'];
  readonly document: NonNullable<MessageRow['document']>;
  readonly session: Session;
}) {
  const before = session.messages.findLast(
    (leg) => leg.header.id < header.id && leg.document && leg.document.digest !== document.digest,
  );
  const { data, error } = useAnswer(
    'documentDifference',
    { params: { id: before?.header.id ?? 0, other: header.id } },
    { fresh: 'once', when: before !== undefined },
  );
  if (!before) return null;
  return (
    <div className="stack">
      <h3>Against message {before.header.id}</h3>
      {error && <Failure error={error} doing="The two cannot be compared" />}
      {!data && !error && <Waiting what="the difference" />}
      {data && data.changes.length === 0 && (
        <p className="quiet">Every data element is the same.</p>
      )}
      {data && data.changes.length > 0 && (
        <div className="scroll" role="region" aria-label="Difference" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Element</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {data.changes.map(({ path, before: old, after }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td className="removed">
                    <Values values={old} />
                  </td>
                  <td className="added">
                    <Values values={after} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data && data.changes.length > 0 && (
        <p className="quiet small">
          Every value was compared whole. What is too long to be shown, and what is no text, is told
          by its length and its SHA-256.
        </p>
      )}
      {data?.isCut && <p className="quiet">There are more changes than are shown.</p>}
    </div>
  );
}

function Values({ values }: { readonly values: readonly string[] | undefined }) {
  if (!values) return <span className="quiet">not there</span>;
  return <Text>{values.join(' \\ ')}</Text>;
}
