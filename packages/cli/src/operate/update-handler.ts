import { z } from 'zod';
import type { ControlHandlers } from '../control.ts';
import type { ServedPage } from '../page.ts';
import type { RunningProduction } from '../run-production.ts';

const asked = z.object({
  by: z.string().min(1),
  /** Default: the file that runs. */
  file: z.string().min(1).optional(),
  isDryRun: z.boolean(),
  isReset: z.boolean(),
});

/** What a running production does when it is to go on with another version of its file. */
export function updateHandler(
  running: RunningProduction,
  page: () => ServedPage | undefined,
): ControlHandlers {
  return {
    async update(given) {
      const { by, isDryRun, isReset, file = running.production.file } = asked.parse(given);
      const { enabled, ...updated } = await running.update(file, { by, isDryRun });
      const reset = isReset ? await namesToReset(running, enabled) : [];
      if (isDryRun) return { ...updated, reset };
      for (const name of reset) {
        if (await running.messages.enableHost(name)) {
          const text = `${name} is enabled by ${by}, as the file says`;
          running.log({ type: 'Info', code: 'HOST_ENABLED', text, host: name });
        }
        await running.changeHost({ verb: 'start', name });
      }
      page()?.show(running.production);
      return { ...updated, reset };
    },
  };
}

/** The hosts that the file wants to run and an operator does not. */
async function namesToReset(
  { messages }: RunningProduction,
  enabled: readonly string[],
): Promise<string[]> {
  const disabled = (await messages.disabledHosts()).map(({ name }) => name);
  const stopped = (await messages.hosts())
    .filter(({ status, detail }) => status === 'Stopped' && detail === undefined)
    .map(({ name }) => name);
  return enabled.filter((name) => disabled.includes(name) || stopped.includes(name));
}
