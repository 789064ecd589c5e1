// Running commands: what is asked for first, what is printed, and how it ends.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const isRoot = process.getuid?.() === 0;

/** Prints a command and runs it if that is agreed to. False: it failed; undefined: it was not agreed to. */
export async function executeIfAgreed(command, yes) {
  const isAgreed = isRoot || process.env.CI === 'true' || yes;
  if (!isAgreed && !(await isAnsweredYes(command))) return say(`not done: ${command}`);
  say(`installing with: ${command}`);
  return execute(command);
}

async function isAnsweredYes(command) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`consort: run ${command} ? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Says whether a command succeeded. Standard output is for data, so what it prints goes to standard error. */
export function execute(command, env = process.env) {
  // Where root has no /usr/sbin on its PATH, service and update-rc.d would not be found.
  const all = { ...env, PATH: `${env.PATH}:/usr/sbin:/sbin` };
  return spawnSync(command, { cwd: root, env: all, shell: true, stdio: [0, 2, 2] }).status === 0;
}

export function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function say(text) {
  console.error(`consort: ${text}`);
}

/** Status 4: something outside is not there; 2: usage. @returns {never} */
export function fail(message, status = 4) {
  say(message);
  process.exit(status);
}
