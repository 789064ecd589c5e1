import { engineOf, type Answer, type Answered, type AnswerContext } from './context.ts';

type Shown = Answered<'associations'>;

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
    associations: found ?? [],
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
export async function associationsNow(context: AnswerContext): Promise<Shown['associations']> {
  return (await associationsOf(context)) ?? [];
}

async function associationsOf({
  engine,
}: AnswerContext): Promise<Shown['associations'] | undefined> {
  try {
    return (await engine?.act('associations', {})) as Shown['associations'] | undefined;
  } catch {
    return undefined; // A thread of hosts has just ended: nobody is connected to it.
  }
}
