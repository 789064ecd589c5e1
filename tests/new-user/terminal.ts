import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a user did and what came of it, in order. */
export type Happening =
  | { readonly heading: string; readonly text: string }
  | { readonly typed: string; readonly said: string; readonly seconds: number }
  | { readonly file: string; readonly removed: string; readonly added: string };

/** The terminals and the editor of a user: whatever is done with them is kept. */
export interface Terminal {
  readonly happenings: readonly Happening[];
  /** The folder it is in; `cd` is for whoever holds it. */
  folder: string;
  begin(heading: string, text: string): void;
  /** Types a command and waits for its end; resolves with what it said, rejects when it ends with another code. */
  type(command: string, code?: number): Promise<string>;
  /** Types a command that stays in another terminal. */
  open(command: string): OpenTerminal;
  /** Changes a file as an editor does. */
  edit(file: string, removed: string, added: string): Promise<void>;
}

/** Another terminal, in which something runs. */
export interface OpenTerminal extends AsyncDisposable {
  /** Waits until it shows a text; resolves with what came since it was looked at last. */
  shows(text: string): Promise<string>;
  /** Presses Ctrl-C; resolves with what it said until its end. npm ends by that signal itself, so the end says nothing. */
  interrupt(): Promise<string>;
}

/** Opens a terminal for a user with a home of his own. Nothing of the repository is on its PATH. */
export function openTerminal(home: string): Terminal {
  const happenings: Happening[] = [];
  const start = (command: string) =>
    spawn('bash', ['-c', command], {
      cwd: terminal.folder,
      env: environmentOf(home),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  const terminal: Terminal = {
    happenings,
    folder: home,
    begin: (heading, text) => void happenings.push({ heading, text }),
    async type(command, code = 0) {
      const begun = performance.now();
      const child = start(command);
      const output = outputOf(child);
      const ended = await endOf(child);
      const seconds = (performance.now() - begun) / 1000;
      happenings.push({ typed: command, said: output(), seconds });
      if (ended !== code) throw new Error(`${command} ended with ${ended}:\n${output()}`);
      return output();
    },
    open(command) {
      return openOf(command, start(`exec ${command}`), happenings);
    },
    async edit(file, removed, added) {
      const path = join(terminal.folder, file);
      const text = await readFile(path, 'utf8');
      if (!text.includes(removed)) throw new Error(`${file} has no ${removed}:\n${text}`);
      await writeFile(
        path,
        text.replace(removed, () => added),
      );
      happenings.push({ file, removed, added });
    },
  };
  return terminal;
}

type Child = ReturnType<typeof spawn>;

function openOf(command: string, child: Child, happenings: Happening[]): OpenTerminal {
  const output = outputOf(child);
  const end = endOf(child);
  let seen = 0;
  let looked = performance.now();
  let typed = command;
  const look = () => {
    const said = output().slice(seen);
    happenings.push({ typed, said, seconds: (performance.now() - looked) / 1000 });
    seen += said.length;
    looked = performance.now();
    typed = '';
    return said;
  };
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const interrupt = () => {
    // To the group, as a terminal does.
    if (!isOver() && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    return end;
  };
  return {
    async shows(text) {
      looked = performance.now();
      while (!output().slice(seen).includes(text)) {
        if (isOver()) throw new Error(`${command} ended without "${text}":\n${output()}`);
        await sleep(50);
      }
      // What belongs to the same saying comes with it.
      await sleep(200);
      return look();
    },
    async interrupt() {
      typed = '^C';
      looked = performance.now();
      await interrupt();
      return look();
    },
    async [Symbol.asyncDispose]() {
      await interrupt();
    },
  };
}

function outputOf(child: Child): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return () => output;
}

function endOf(child: Child): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
}

/** His own home, and with it npm's cache; the Node of this process; no word of npm's, Vitest's or Consort's. */
function environmentOf(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|VITEST|CONSORT_)|^(NODE_(ENV|OPTIONS|PATH|TEST_CONTEXT)|REDIS_URL|CI|INIT_CWD)$/i.test(
        name,
      ),
  );
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const others = path.filter((folder) => !`${folder}/`.includes('/node_modules/'));
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    PATH: [dirname(process.execPath), ...others].join(delimiter),
    NO_COLOR: '1',
  };
}
