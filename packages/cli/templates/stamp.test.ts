import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDataSet } from '@consort/dicom';
import { fails, testProcess } from '@consort/testing';
import stamp from './stamp.ts';

const settings = { operation: 'Out', institution: 'General Hospital' };

test('an image goes on with the name of the institution, and its sender hears Success', async () => {
  await using process = await testProcess(stamp, { settings });
  const image = await process.store('samples/ct-1.dcm');

  const { status, body } = await process.request(image);

  assert.equal(status, 'Completed');
  assert.partialDeepStrictEqual(body?.['command'], { commandField: 'C-STORE-RSP', status: 0 });
  assert.deepEqual(
    process.sent.map(({ target }) => target),
    ['Out'],
  );
  const dataSet = await readDataSet(process.sent[0]!.body, process.documents);
  assert.equal(dataSet.getTextAt('DataSet.InstitutionName'), 'General Hospital');
});

test('an image that cannot go on is an error of its message', async () => {
  await using process = await testProcess(stamp, {
    settings,
    replies: { Out: fails('DISK_FULL') },
  });

  const { status, error } = await process.request(await process.store('samples/mr-1.dcm'));

  assert.equal(status, 'Error');
  assert.equal(error?.code, 'REQUEST_FAILED');
});
