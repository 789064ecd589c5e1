import type { FaultResult } from './drill-production.ts';
import type { Fault } from './faults.ts';
import { noImages, type Reckoning } from './reckon.ts';

/** Says of a fault that was played whether the production is sound under it. */
export function judge(
  { name }: Fault,
  { sent, acknowledged, delivered, lost }: Reckoning,
  isRecovered: boolean,
  targets: readonly (readonly string[])[],
): Pick<FaultResult, 'outcome' | 'why'> {
  const unsound = (why: string) => ({ outcome: 'unsound' as const, why });
  if (acknowledged < sent) {
    return unsound(
      `${sent - acknowledged} of ${sent} images were not taken, however often they were sent`,
    );
  }
  if (targets.some((some) => some.length === 0)) {
    return unsound('the images of a service go nowhere, so nothing can be said of them');
  }
  if (name === 'lie' && lost > 0) {
    return {
      outcome: 'believed',
      why: 'a Success is believed in a drill; confirm: find asks the peer whether it has the image',
    };
  }
  if (lost > 0) {
    return unsound(
      `${lost} of ${sent} images were acknowledged and lost, and nobody is told of it`,
    );
  }
  if (!isRecovered) return unsound('it had not come to rest when the drill stopped waiting');
  if (name === 'calm' && delivered < sent) {
    return unsound(`only ${delivered} of ${sent} images arrived`);
  }
  return { outcome: 'sound' };
}

/** The result of a fault that was not played. */
export function notPlayed(
  { name, text }: Fault,
  why: string,
  outcome: FaultResult['outcome'],
): FaultResult {
  return { fault: name, text, outcome, why, ...noImages(), alerts: [] };
}
