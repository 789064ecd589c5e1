import { parentPort } from 'node:worker_threads';
import { importedFiles, importNewest } from './module-versions.ts';

// The entry of a test's worker thread: it imports what it is told to, where no test runner stands between it and Node.
let last: unknown;

parentPort?.on('message', (file: string) => {
  importNewest(file).then(
    (module) => {
      parentPort?.postMessage({
        value: (module as { default: unknown }).default,
        isSame: module === last,
        files: importedFiles(),
      });
      last = module;
    },
    (error: Error) => parentPort?.postMessage({ error: error.message, files: importedFiles() }),
  );
});
