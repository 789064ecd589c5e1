import { engineOf, type Answer, type Answered, type AnswerContext } from './context.ts';

type Connected = Pick<Answered<'associations'>, 'associations' | 'outgoing' | 'silent'>;

const day = 86_400_000;

/** Who is connected, and who was refused. */
export const associations: Answer<'associations'> = async (_asked, context) => {
  const { reader, now } = context;
  const since = new Date(now.getTime() - day).toISOString();
  const [found, ...refusals] = await Promise.all([
    associationsOf(context),
    reader.events({ code: 'ASSOCIATION_REFUSED', since, limit: 50 }),
    reader.events({ code: 'CONTEXT_REFUSED', since, limit: 50 }),
  ]);
  return {
    isAnswering: found !== undefined,
    ...(found ?? nobody),
    refusals: refusals
      .flat()
      .toSorted((a, b) => b.id - a.id)
      .slice(0, 50),
  };
};

/** Asks the peer of an operation whether it is there. */
export const echo: Answer<'echo'> = async ({ body }, context) =>
  (await engineOf(context).act('echo', body)) as Answered<'echo'>;

/** Who is connected now; nobody where that cannot be told. */
export async function associationsNow(context: AnswerContext): Promise<Connected> {
  return (await associationsOf(context)) ?? nobody;
}

const nobody: Connected = { associations: [], outgoing: [], silent: [] };

async function associationsOf({ engine }: AnswerContext): Promise<Connected | undefined> {
  try {
    return (await engine?.act('associations', {})) as Connected | undefined;
  } catch {
    return undefined; // A thread of hosts has just ended: nobody is connected to it.
  }
}
