import type { Asked } from './find-legs.ts';
import { statusColour } from '../status-words.ts';
import { style } from '../terminal/style.ts';
import { padStart } from '../terminal/width.ts';
import type { ReasonedLeg } from './reason.ts';

/**
 * Draws why each leg is where it is. Of one image, or one session, every leg has its line; of several images what is
 * done is counted, and legs that are held up by the same thing share a line.
 */
export function drawReasons(reasons: readonly ReasonedLeg[], images: Asked['images']): string {
  return images && images.received > 1 ? drawGroups(reasons, images) : drawLegs(reasons);
}

function drawLegs(reasons: readonly ReasonedLeg[]): string {
  const width = Math.max(...reasons.map(({ header }) => String(header.id).length));
  return reasons
    .map(
      ({ header, reason }) =>
        `${padStart(String(header.id), width)}  ${style(statusColour(header), reason.sentence)}${reason.answer ? `; ${reason.answer}` : ''}`,
    )
    .join('\n');
}

function drawGroups(
  reasons: readonly ReasonedLeg[],
  { received, completed }: NonNullable<Asked['images']>,
): string {
  const groups = Map.groupBy(reasons.filter(isNews), groupOf);
  return [
    `${received} images received, ${completed === received ? 'all' : completed} of them completed`,
    ...[...groups.values()].map(drawGroup),
  ].join('\n');
}

/** What waits for a leg further on says nothing that this leg does not say. */
function isNews({ header, reason: { kind } }: ReasonedLeg): boolean {
  const isConsequence = kind === 'waitingForResponse' || header.errorStatus?.origin !== undefined;
  return kind !== 'done' && kind !== 'sentAgain' && !isConsequence && header.type === 'Request';
}

function groupOf({ header, reason }: ReasonedLeg): string {
  const { kind, waitsFor = 0 } = reason;
  return [kind, header.targetConfigName, waitsFor, header.errorStatus?.code ?? ''].join(' ');
}

function drawGroup(group: readonly ReasonedLeg[]): string {
  const [first] = group;
  if (!first) return '';
  const { header, reason } = first;
  const sentence = `message ${header.id} ${style(statusColour(header), reason.sentence)}`;
  if (group.length === 1) return sentence;
  const last = group.at(-1)?.header.id ?? header.id;
  const more = group.length - 1;
  return `${sentence}\n  the same of ${more} more, up to message ${last}`;
}
