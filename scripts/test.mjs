// Everything a change has to pass: types, lint and format by turbo, then one vitest run over the whole repository.
// Arguments go to vitest; without a project of their own they mean all but `load`. The last line is `N passed, N failed`, from the runner's own report.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = fileURLToPath(new URL('../test-report.json', import.meta.url));

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  // Every thread and process of the tests would compile the same sources anew.
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)),
};
// The tests bring their own.
delete env['REDIS_URL'];

const checks = ['run', 'types', 'lint', 'format', '--continue=always', '--output-logs=errors-only'];
const areChecked = run('turbo', checks);
rmSync(report, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const words = process.argv.slice(2);
const projects = words.some((word) => word.startsWith('--project')) ? [] : ['--project=!load'];
const isTested = run('vitest', ['run', ...reporters, ...projects, ...words]);

const { passed, failed, skipped } = count();
// What is no test, like a promise nobody awaited or a file that does not compile, fails the run all the same.
const others = (areChecked ? 0 : 1) + (isTested || failed > 0 ? 0 : 1);
if (!areChecked) console.log('types, lint or format failed; see above');
console.log(
  `${passed} passed, ${failed + others} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exitCode = failed + others > 0 ? 1 : 0;

/** Runs a program of node_modules with this very Node. */
function run(name, args) {
  const program = fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
  const { status, error } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (error) console.error(`${name} cannot be run: ${error.message}`);
  return status === 0;
}

function count() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
      JSON.parse(readFileSync(report, 'utf8'));
    const broken = testResults.filter(
      (file) =>
        file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken.length,
      skipped: numPendingTests + numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
