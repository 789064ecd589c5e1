import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis } from '../../packages/redis/src/test-redis.ts';
import { root } from '../house/root.ts';
import { playContainer } from './play-container.ts';
import { playNewUser } from './play.ts';
import { serveTarballs } from './tarball-registry.ts';
import { openTerminal } from './terminal.ts';
import { writeTranscript } from './write-transcript.ts';

// Plays a new user with the packages as they are published, and writes what he typed and saw to docs/new-user.md.
//   node tests/new-user/main.ts [DIRECTORY]     DIRECTORY: where pack.mjs has left them; without it they are packed first

const directory = process.argv[2] ?? (await packed());
const home = await mkdtemp(join(tmpdir(), 'consort-new-user-'));
const registry = await serveTarballs(directory);
const redis = await startTestRedis('--maxmemory-policy', 'noeviction', '--appendonly', 'yes');
try {
  const load = loadavg()[0]!.toFixed(1);
  const terminal = openTerminal(home);
  // What is published comes from here, everything else from npm's registry.
  await writeFile(
    join(home, '.npmrc'),
    `@consort:registry=${registry.url}\nupdate-notifier=false\n`,
  );
  const begun = performance.now();
  const folder = await playNewUser(terminal, {
    create: 'npm create --yes @consort --',
    install: async () => void (await terminal.type('npm install')),
  });
  terminal.folder = folder;
  await playContainer(terminal, redis.url, async (command, at) => {
    terminal.folder = at;
    await terminal.type(command);
  });
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  const page = writeTranscript(introduction(minutes, load), terminal.happenings, home);
  await writeFile(root('docs/new-user.md'), page);
  process.stdout.write(`docs/new-user.md is written: ${minutes} min\n`);
} finally {
  await redis.remove();
  await registry.close();
  await rm(home, { recursive: true, force: true });
}

async function packed(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'consort-packed-'));
  const words = [root('scripts/release/pack.mjs'), made];
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  if (status !== 0) throw new Error('the packages could not be packed; what was said is above');
  return made;
}

function introduction(minutes: string, load: string): string {
  return `# The first hour of a new user

Written by \`node tests/new-user/main.ts\`, which types what is below and looks at what comes back; dates are left out, long
answers are cut. It has only the packed packages, in an empty folder, with a home and a cache of npm that are empty too. Those
packages come from a registry of its own, everything else from npm's.

All of it took ${minutes} minutes, on a machine with ${availableParallelism()} cores (load ${load} when it began), Node
${process.versions.node}. What a person reads and thinks is not in it.
`;
}
