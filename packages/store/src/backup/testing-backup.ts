import { codeOf } from '@consort/core/record';
import { backUp } from './back-up.ts';

// The other process of a test: backs up a data directory, and says BACKUP_MADE or the code of the error.
const [dataDirectory = '', directory = ''] = process.argv.slice(2);
const progress = { begin: () => undefined, advance: () => undefined };
const options = { keep: 1, isDeep: false, mayBeginAnew: false, progress };
const said = await backUp({ dataDirectory, directory, ...options }).then(
  () => 'BACKUP_MADE',
  (error: unknown) => codeOf(error),
);
process.stdout.write(said);
