import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../house/root.ts';
import { rows, type Proof, type Row } from './rows.ts';
import { recordResults, type RowResult } from './table.ts';

// `npm run test:faults`: runs the rows of the matrix one after the other, or those that FAULT_ROW names (F1,F30), with
// FAULT_SEEDS seeds each, 20 by default; writes what came of each into docs/reliability.json and docs/reliability.md.

const seeds = Number(process.env['FAULT_SEEDS'] ?? 20);
const wanted = process.env['FAULT_ROW']?.split(',');
const unknown = wanted?.filter((name) => !rows.some((row) => row.name === name)) ?? [];

if (unknown.length > 0) {
  process.stderr.write(
    `there is no row ${unknown.join(', ')}; rows: ${rows.map(({ name }) => name).join(' ')}\n`,
  );
  process.exitCode = 2;
} else {
  let failed = 0;
  for (const row of rows.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const result = await run(row);
    failed += result.failed;
    await recordResults([result]);
    process.stdout.write(`${row.name}: ${result.passed} passed, ${result.failed} failed\n`);
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

async function run({ name, proofs }: Row): Promise<RowResult> {
  let [passed, failed] = [0, 0];
  for (const proof of proofs) {
    const counts = await runProof(proof);
    passed += counts.passed;
    // A proof that runs nothing proves nothing.
    failed += counts.passed + counts.failed === 0 ? 1 : counts.failed;
  }
  return { row: name, date: new Date().toISOString().slice(0, 10), seeds, passed, failed };
}

async function runProof({ file, named }: Proof): Promise<{ passed: number; failed: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'consort-matrix-'));
  const report = join(folder, 'report.json');
  const words = ['run', '--config', 'tests/faults/vitest.config.ts', file, '--reporter=default'];
  words.push('--reporter=json', `--outputFile.json=${report}`);
  if (named !== undefined) words.push('--testNamePattern', named);
  const child = spawn(process.execPath, [root('node_modules/.bin/vitest'), ...words], {
    cwd: root(),
    stdio: 'inherit',
    env: { ...process.env, FAULT_SEEDS: String(seeds), REDIS_URL: undefined },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const { numPassedTests, numFailedTests } = JSON.parse(
    await readFile(report, 'utf8').catch(() => '{"numPassedTests":0,"numFailedTests":1}'),
  ) as Record<'numPassedTests' | 'numFailedTests', number>;
  await rm(folder, { recursive: true });
  // What is no test, like a process that was left open, fails the proof too.
  return { passed: numPassedTests, failed: Math.max(numFailedTests, code === 0 ? 0 : 1) };
}
