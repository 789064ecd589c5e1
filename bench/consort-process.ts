import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProduction } from '@consort/cli';

// The production under measurement, in a process of its own; bench/receivers.ts talks to it.
const folder = process.env['BENCH_FOLDER'] ?? '.';
const file = join(folder, 'production.yaml');
const storage = new URL('../productions/pacs-to-file/storage-local.ts', import.meta.url).pathname;
await writeFile(
  file,
  `name: Bench
services:
  Service:
    component: dicom.tcp-service
    settings:
      port: ${process.env['DICOM_PORT']}
      localAet: '*'
      remoteAet: '*'
      acknowledge: ${process.env['ACKNOWLEDGE']}
      responseTimeout: 60s
      target: Process
processes:
  Process: { component: ${JSON.stringify(`./storage-local.ts`)}, poolSize: 4, settings: { fileOperation: File } }
operations:
  File: { component: dicom.file-operation, poolSize: 4, settings: { directory: ./received } }
`,
);
await writeFile(
  join(folder, 'storage-local.ts'),
  `export { default } from ${JSON.stringify(storage)};\n`,
);

const running = await runProduction(file, {
  data: join(folder, 'data'),
  log: { write: ({ type, text }) => (type === 'Error' ? console.error(text) : undefined) },
});
let worst = { p99: 0, max: 0 };
setInterval(() => {
  const pulse = running.pulses.get('Service');
  if (pulse)
    worst = { p99: Math.max(worst.p99, pulse.lagP99), max: Math.max(worst.max, pulse.lagMax) };
}, 500).unref();

process.on('message', (message) => {
  if (message === 'lag') {
    process.send?.({ type: 'lag', ...worst });
    worst = { p99: 0, max: 0 };
  }
  if (message === 'stop') void running.stop().then(() => process.exit(0));
});
process.send?.({ type: 'running' });
