import type { Output } from '../json/outputs.ts';
import { drawUpdate } from '../operate/draw-update.ts';
import type { PlanExample } from './replay-routes.ts';

/** Draws what a planned version changes, and which images would go elsewhere. */
export function drawPlan(plan: Output<'plan'>): string {
  const { against, hosts, keys, refused, replay } = plan;
  const lines = drawUpdate({ hosts, keys, reset: [], warnings: '', isApplied: false });
  return [
    `compared with ${against}:`,
    ...(lines.length > 0 ? lines : ['nothing is different']),
    ...(refused === undefined ? [] : [`update would be refused now: ${refused}`]),
    ...(replay ? ['', ...drawReplay(replay)] : []),
  ].join('\n');
}

function drawReplay({ looked, same, different, unjudged }: NonNullable<Output<'plan'>['replay']>) {
  return [
    `of ${looked} requests with an image, ${same} would go where they went`,
    ...different.flatMap(({ host, before, after, images, examples }) => [
      `~ ${images} at ${host}: ${before} → ${after}`,
      ...examples.map(drawExample),
    ]),
    ...unjudged.flatMap(({ host, why, images, examples }) => [
      `? ${images} at ${host} cannot be judged: ${why}`,
      ...examples.map(drawExample),
    ]),
  ];
}

function drawExample({ messageId, studyInstanceUid }: PlanExample): string {
  return `    message ${messageId}${studyInstanceUid ? ` of study ${studyInstanceUid}` : ''}`;
}
