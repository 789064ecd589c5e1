import { z } from 'zod';
import type { ControlHandlers } from '../control.ts';
import type { RunningProduction } from '../run-production.ts';
import { echoOperation } from '../send/echo-operation.ts';
import { hostNamed } from './receiving-host.ts';

const asked = z.object({ host: z.string() });

/**
 * Asks the peer of an operation whether it is there (C-ECHO), by the operation's own settings. No other address can be
 * asked: who may is in the file.
 */
export function echoHandler(running: RunningProduction): ControlHandlers {
  return {
    async echo(given) {
      const { host: name } = asked.parse(given);
      return echoOperation(hostNamed(running.production.hosts, name));
    },
  };
}
