import type { Output } from '../json/outputs.ts';
import { style } from '../terminal/style.ts';
import { padEnd, widthOf } from '../terminal/width.ts';

type Explanation = Output<'explain'>['explanations'][number];

/** Draws what became of each rule, and where the file would go. */
export function drawExplanation({ file, router, match, rules, targets }: Explanation): string {
  const longest = Math.max(...rules.map(({ name }) => widthOf(name)));
  const lines = rules.map(({ name, when, verdict, facts, send }) => {
    const known = Object.entries(facts).map(([fact, value]) => `${fact} is ${inWords(value)}`);
    const why = verdict === 'not asked' ? [] : known;
    const said = [when ?? 'every image', ...(why.length > 0 ? [`(${why.join(', ')})`] : [])];
    const where = verdict === 'holds' ? ` → ${send.join(', ')}` : '';
    const mark = verdict === 'holds' ? style('green', verdict) : style('dim', verdict);
    return `  ${padEnd(name, longest)}  ${mark}${' '.repeat(13 - verdict.length)}  ${said.join('  ')}${where}`;
  });
  const decides =
    match === 'first' ? 'the first rule that holds decides' : 'every rule that holds counts';
  return [
    `${style('bold', file)} at ${router}: ${decides}`,
    ...lines,
    targets === undefined
      ? 'No rule holds: the image is an error, NO_RULE_HOLDS'
      : targets.length === 0
        ? 'Discarded: otherwise is an empty list'
        : `Sent to ${targets.join(', ')}`,
  ].join('\n');
}

function inWords(value: unknown): string {
  return value === null ? 'no number' : value === '' ? 'empty' : JSON.stringify(value);
}
