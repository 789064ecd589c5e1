import { expect, it } from 'vitest';
import { thrownAt } from './thrown-at.ts';

const core = import.meta.url.replace(/thrown-at.*/, 'work.ts');

function withStack(stack: string, cause?: Error): Error {
  const error = new Error('no', { cause });
  error.stack = stack;
  return error;
}

it('is the first call that is an author’s, without the version of its module', () => {
  const stack = [
    'Error: no',
    '    at read (node:internal/fs:1:2)',
    '    at node:internal/process/task_queues:104:5',
    `    at work (${core}:3:4)`,
    '    at parse (file:///app/node_modules/dcmjs/a.js:5:6)',
    '    at inner (file:///app/my%20part.ts?version=3:7:8)',
    '    at async Object.onRequest (file:///app/stamp.ts:9:10)',
  ].join('\n');
  expect(thrownAt(withStack(stack))).toEqual({
    file: '/app/my part.ts',
    line: 7,
    column: 8,
  });
});

it('is where a text is no TypeScript', () => {
  const stack =
    '/app/stamp.ts:2\nexport enum A { b }\n       ^^^^\n\nSyntaxError: no\n    at x (node:a:1:1)';
  expect(thrownAt(withStack(stack))).toEqual({ file: '/app/stamp.ts', line: 2, column: 8 });
  const url = 'file:///app/stamp.ts?version=2:1\nimport { a }\n         ^\nSyntaxError: no';
  expect(thrownAt(withStack(url))).toEqual({ file: '/app/stamp.ts', line: 1, column: 10 });
});

it('is that of the cause where an error of ours has nothing of an author’s in it', () => {
  const cause = withStack('Error: x\n    at async file:///app/stamp.ts:9:10');
  expect(thrownAt(withStack(`Error: y\n    at a (${core}:1:1)`, cause))).toMatchObject({ line: 9 });
  expect(thrownAt(withStack('Error: z\n    at a (node:fs:1:1)'))).toBeUndefined();
  expect(thrownAt('a text')).toBeUndefined();
});
