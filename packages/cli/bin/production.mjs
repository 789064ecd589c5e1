#!/usr/bin/env node
// The command line runs on a Node that runs TypeScript as it is: on this one, or else on the one that the packages bring.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 24 || (major === 24 && minor >= 12)) await import('../src/main.ts');
else runOn(packagedNode());

function packagedNode() {
  try {
    const packaged = createRequire(import.meta.url).resolve(
      `node-linux-${process.arch}/package.json`,
    );
    return join(dirname(packaged), 'bin/node');
  } catch {
    process.stderr.write(
      `production: needs Node 24.12 or newer, and this one is ${process.version}. Install Node 24\n`,
    );
    return process.exit(4);
  }
}

/** Its exit status is ours. Signals reach it too; a terminal sends Ctrl-C to both. */
function runOn(node) {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
