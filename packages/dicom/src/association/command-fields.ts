/** The DIMSE services, each with the Command Field of its request (PS3.7 table E.1-1). */
const requests = {
  'C-STORE': 0x0001,
  'C-GET': 0x0010,
  'C-FIND': 0x0020,
  'C-MOVE': 0x0021,
  'C-ECHO': 0x0030,
  'N-EVENT-REPORT': 0x0100,
  'N-GET': 0x0110,
  'N-SET': 0x0120,
  'N-ACTION': 0x0130,
  'N-CREATE': 0x0140,
  'N-DELETE': 0x0150,
} as const;

/** A DIMSE service: `C-FIND`. */
export type DimseService = keyof typeof requests;

/** A command by name: `C-FIND-RQ`, `C-FIND-RSP`. */
export type CommandName = `${DimseService}-RQ` | `${DimseService}-RSP` | 'C-CANCEL-RQ';

/** The bit that a response has in its Command Field. */
export const responseBit = 0x8000;

/** Says whether a text is the name of a command. */
export function isCommandName(text: unknown): text is CommandName {
  return typeof text === 'string' && fields.has(text as CommandName);
}

/** The Command Field of a command. */
export function fieldOf(name: CommandName): number {
  return fields.get(name)!;
}

/** The name of a Command Field; undefined for one that the standard does not know. */
export function nameOfField(field: number): CommandName | undefined {
  return names.get(field);
}

/** The service of a request; undefined for a C-CANCEL-RQ and what is no request. */
export function serviceOf(field: number): DimseService | undefined {
  return byRequest.get(field);
}

const byRequest = new Map<number, DimseService>(
  Object.entries(requests).map(([service, field]) => [field, service as DimseService]),
);

const fields: ReadonlyMap<CommandName, number> = new Map<CommandName, number>([
  ...[...byRequest].flatMap(([field, service]): [CommandName, number][] => [
    [`${service}-RQ`, field],
    [`${service}-RSP`, field | responseBit],
  ]),
  ['C-CANCEL-RQ', 0x0fff],
]);

const names = new Map([...fields].map(([name, field]) => [field, name]));
