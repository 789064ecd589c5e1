import { expect, test } from 'vitest';
import { openSharedAnswers } from './shared-answers.ts';

test('what is the same for everybody is made once for all who ask at the same time', async () => {
  const { answer } = openSharedAnswers();
  let made = 0;
  const make = async () => (made += 1);
  expect(await Promise.all([1, 2, 3].map(() => answer('production', {}, make)))).toEqual([
    '1',
    '1',
    '1',
  ]);
  expect(await answer('activity', { query: { period: '1h' } }, make)).toBe('2');
  expect(await answer('activity', { query: { period: '7d' } }, make)).toBe('3');
});

test('what shows patients, or one user what is his, is made for each', async () => {
  const { answer } = openSharedAnswers();
  let made = 0;
  const make = async () => (made += 1);
  expect(await answer('messages', {}, make)).toBe(1);
  expect(await answer('messages', {}, make)).toBe(2);
  expect(await answer('savedSearches', {}, make)).toBe(3);
  expect(await answer('savedSearches', {}, make)).toBe(4);
});

test('whoever has changed something sees it', async () => {
  const { answer } = openSharedAnswers();
  let status = 'Running';
  const read = async () => status;
  expect(await answer('production', {}, read)).toBe('"Running"');
  await answer('changeHost', {}, async () => (status = 'Disabled'));
  expect(await answer('production', {}, read)).toBe('"Disabled"');
});

test('a failure is not kept', async () => {
  const { answer } = openSharedAnswers();
  const fail = () => Promise.reject(new Error('the record is away'));
  await expect(answer('queues', {}, fail)).rejects.toThrow('the record is away');
  expect(await answer('queues', {}, async () => 'back')).toBe('"back"');
});
