import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What a Dockerfile makes, as far as it can be made without a container engine. */
export interface BuiltImage {
  /** The folder that stands for its `/`. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What a container runs: ENTRYPOINT, then CMD. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/**
 * Goes through the instructions of a Dockerfile: copies what it copies and .dockerignore lets through, and runs what it runs
 * in its working directory. Absolute paths of a command are those below the folder that stands for `/`; the base image is
 * the machine this runs on.
 * @param run runs a command of a RUN in a folder
 */
export async function buildImage(
  context: string,
  rootFolder: string,
  run: (command: string, folder: string) => Promise<void>,
): Promise<BuiltImage> {
  const ignored = await ignoredIn(context);
  const environment: Record<string, string> = {};
  let [workingDirectory, entrypoint, command] = [rootFolder, [] as string[], [] as string[]];
  for (const [verb, words] of instructionsOf(await readFile(join(context, 'Dockerfile'), 'utf8'))) {
    if (verb === 'WORKDIR') workingDirectory = join(rootFolder, words);
    else if (verb === 'COPY') await copy(context, ignored, words.split(' '), workingDirectory);
    else if (verb === 'RUN') await run(inside(rootFolder, words), await made(workingDirectory));
    else if (verb === 'ENV')
      for (const [, name = '', value = ''] of words.matchAll(/(\w+)=(\S+)/g))
        environment[name] = value.startsWith('/') ? join(rootFolder, value) : value;
    else if (verb === 'ENTRYPOINT') entrypoint = JSON.parse(words) as string[];
    else if (verb === 'CMD') command = JSON.parse(words) as string[];
    else if (!['FROM', 'USER', 'EXPOSE'].includes(verb)) throw new Error(`${verb} is not known`);
  }
  return { root: rootFolder, workingDirectory, environment, entrypoint, command };
}

function instructionsOf(text: string): readonly (readonly [string, string])[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const end = line.indexOf(' ');
    return [line.slice(0, end), line.slice(end + 1)];
  });
}

async function ignoredIn(context: string): Promise<readonly string[]> {
  const text = await readFile(join(context, '.dockerignore'), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** COPY: files by name, a pattern at the end of a name, or the whole context. */
async function copy(
  context: string,
  ignored: readonly string[],
  words: readonly string[],
  to: string,
): Promise<void> {
  const names = (await readdir(context)).filter((name) => !ignored.includes(name));
  for (const source of words.slice(0, -1)) {
    const [stem = '', pattern] = source.split('*');
    const found = names.filter((name) =>
      source === '.' ? true : pattern === undefined ? name === source : name.startsWith(stem),
    );
    if (found.length === 0 && pattern === undefined) throw new Error(`COPY ${source}: not there`);
    for (const name of found)
      await cp(join(context, name), join(await made(to), basename(name)), { recursive: true });
  }
}

function inside(rootFolder: string, command: string): string {
  return command.replaceAll(/(?<= )\/(?=\w)/g, `${rootFolder}/`);
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
