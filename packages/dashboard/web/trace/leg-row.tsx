import type { KeyboardEvent } from 'react';
import { statusTone, statusWords } from '../words/message-status.ts';
import { duration, local } from '../words/time.tsx';
import type { Leg, Row } from './diagram.ts';

type LegRowOf = Extract<Row, { kind: 'leg' }>;

/** A leg as an arrow, with its number before it and its status, wait and run behind it. */
export function LegRow({
  row: { y, leg, from, to, look },
  request,
  isSelected,
  width,
  wordsAt,
  onSelect,
}: {
  readonly row: LegRowOf;
  readonly request: Leg['header'] | undefined;
  readonly isSelected: boolean;
  readonly width: number;
  readonly wordsAt: number;
  readonly onSelect: (message: number) => void;
}) {
  const { header, wait, run } = leg;
  const words = statusWords(header, request);
  const select = () => onSelect(header.id);
  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    select();
  }
  return (
    <g
      className={`leg ${look}`}
      role="button"
      tabIndex={0}
      aria-pressed={isSelected}
      aria-label={spoken(leg, words)}
      onClick={select}
      onKeyDown={onKey}
    >
      <title>{`Message ${header.id}, created ${local(header.timeCreated)}`}</title>
      <rect className="ground" x={2} y={y - 21} width={width - 4} height={42} rx={6} />
      <text className="id" x={12} y={y + 4}>
        {header.id}
      </text>
      <text className="label" x={(from + to) / 2 + (from === to ? 30 : 0)} y={y - 7}>
        {labelOf(leg)}
      </text>
      <Arrow y={y} from={from} to={to} look={look} />
      <text
        className={`status ${statusTone(header)}`}
        x={wordsAt + 8}
        y={y + (header.errorStatus ? -1 : 4)}
      >
        {words}
      </text>
      {header.errorStatus && (
        <text className="code" x={wordsAt + 8} y={y + 14}>
          {header.errorStatus.code}
        </text>
      )}
      <text className="time" x={wordsAt + 200} y={y + 4}>
        {written(wait)}
      </text>
      <text className="time" x={wordsAt + 264} y={y + 4}>
        {written(run)}
      </text>
    </g>
  );
}

/** Requests have a solid line and a full head, responses a broken line and an open one, failures a cross. */
function Arrow({
  y,
  from,
  to,
  look,
}: {
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly look: LegRowOf['look'];
}) {
  if (from === to) {
    return <path className={`arrow ${look}`} d={`M${from + 2} ${y - 4}h22v10h-20`} fill="none" />;
  }
  const way = Math.sign(to - from);
  const tip = to - way * 3;
  const back = tip - way * 11;
  const isOpen = look === 'response';
  return (
    <>
      <path className={`arrow ${look}`} d={`M${from + way * 3} ${y}H${isOpen ? tip : back}`} />
      <path
        className={`head ${look}`}
        d={
          isOpen
            ? `M${back} ${y - 5}L${tip} ${y}L${back} ${y + 5}`
            : `M${tip} ${y}L${back} ${y - 5}V${y + 5}Z`
        }
      />
      {look === 'error' && (
        <path className="cross" d={`M${(from + to) / 2 - 5} ${y - 5}l10 10m0 -10l-10 10`} />
      )}
    </>
  );
}

function labelOf({ header }: Leg): string {
  const { messageBodyClassName, description, attempts, invocation, answered } = header;
  return [
    description ?? messageBodyClassName ?? '',
    invocation === 'InProc' ? 'in process' : '',
    attempts > 0 ? `${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'}` : '',
    answered && answered.status !== 'taken' ? `peer heard ${answered.status}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Whose leg it is, then the very words that are seen: who speaks to the page says those. */
function spoken(leg: Leg, words: string): string {
  const { id, type, sourceConfigName, targetConfigName, errorStatus } = leg.header;
  const seen = [id, labelOf(leg), words, errorStatus?.code, written(leg.wait), written(leg.run)];
  const text = seen.filter((part) => part !== undefined && part !== '').join(' ');
  return `${type} from ${sourceConfigName} to ${targetConfigName}: ${text}`;
}

function written(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : duration(milliseconds);
}
