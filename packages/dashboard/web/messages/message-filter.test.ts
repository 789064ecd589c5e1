import { expect, test } from 'vitest';
import { readFilter, writeFilter } from './message-filter.ts';

test('a filter that is written into a URL is read from it again', () => {
  const filter = {
    host: 'Demo.DICOM & Söhne',
    status: 'Error',
    patientName: 'Groß^Ännchen',
    sessionId: 7,
    since: '2026-01-01T00:00:00.000Z',
  } as const;
  expect(readFilter(new URLSearchParams(writeFilter(filter)))).toEqual(filter);
});

test('what is no filter is left out', () => {
  expect(readFilter(new URLSearchParams('host=&status=Error&cursor=abc&other=1'))).toEqual({
    status: 'Error',
  });
});
