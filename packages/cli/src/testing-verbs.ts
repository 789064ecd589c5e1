import { createProgram } from './program.ts';

// Prints the verbs that the program has for each of the command lines it is given, each a JSON list of words.
const verbs = async (words: readonly string[]) =>
  (await createProgram(words)).commands.map((command) => command.name());
const lines = process.argv.slice(2).map((line) => JSON.parse(line) as string[]);
process.stdout.write(JSON.stringify(await Promise.all(lines.map(verbs))));
