// `npm run docs` builds docs/ as a site, into dist/site. What builds it is installed beside its configuration, by its own lock
// file: 124 packages that nobody needs who runs or tests a production.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../docs/.vitepress', import.meta.url));
const docs = fileURLToPath(new URL('../docs', import.meta.url));

run('npm', ['ci'], site);
run(process.execPath, [`${site}/node_modules/vitepress/bin/vitepress.js`, 'build', docs], docs);

function run(command, words, cwd) {
  const { status } = spawnSync(command, words, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
