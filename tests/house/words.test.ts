import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from './root.ts';
import { userTexts } from './user-texts.ts';

const glossary = await readFile(root('docs/glossary.md'), 'utf8');
const [, table = ''] = glossary.split('## Words we do not use');

/** The rows of the glossary: our word for a thing, and those that others have for it. */
const rows = [...table.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]*\|$/gm)]
  .filter(([, ours]) => !/^(our word|-+)$/.test(ours!.trim()))
  .map(([, ours = '', others = '']) => ({ ours: ours.trim(), others: others.trim().split(', ') }));

/** Where one of these words is right: the places, what stands there, and why. */
const exceptions: readonly { readonly at: RegExp; readonly said: RegExp; readonly why: string }[] =
  [
    {
      at: /architecture|walk|semantics|reliability|glossary/,
      said: /\bjobs?\b/i,
      why: 'BullMQ has jobs, and IRIS has: what is told there is what ours are not',
    },
    { at: /pacs-to-file/, said: /the job says Success/, why: 'the job is Orthanc’s' },
    {
      at: /coming-from/,
      said: /attachment|destination (connector|queue)|reprocess|\bjobs\b|plugin/,
      why: 'the other product’s own word, beside ours',
    },
    { at: /asks/, said: /\[dicomweb-adapter/, why: 'the name of another product' },
    { at: /coming-from-iris/, said: /\| Recipient \|/, why: 'a setting of IRIS' },
    { at: /semantics|glossary/, said: /\bAdapter\b/, why: 'IRIS has adapters' },
    {
      at: /dimse-services|interoperability|query-retrieve/,
      said: /destination/,
      why: 'what a C-MOVE names, PS3.4 section C.4.2',
    },
    { at: /security/, said: /endpoints by discovery/, why: 'OpenID Connect calls them so' },
    {
      at: /hostile-input/,
      said: /conversation/i,
      why: 'bytes of both sides, of which no association may come',
    },
    { at: /check/, said: /parameter property/, why: 'TypeScript calls it so' },
    { at: /dimse-services/, said: /and Notification/, why: 'the name of a SOP class' },
  ];

test('the glossary has words that are not used, each with ours', () => {
  expect(rows.length).toBeGreaterThan(15);
  const ours = new Set(rows.flatMap((row) => row.ours.split(', ')));
  for (const { others } of rows)
    for (const other of others) expect(ours, other).not.toContain(other);
});

test('page, help, documentation and schemas use our words', async () => {
  const found: string[] = [];
  const used = new Set<(typeof exceptions)[number]>();
  for (const { where, text } of await userTexts()) {
    const read = where === 'docs/glossary.md' ? text.split('## Words we do not use')[0]! : text;
    for (const { ours, others } of rows)
      for (const other of others) {
        const word = new RegExp(`\\b${other.replaceAll(/[- ]/g, '[-\\s]')}s?\\b`, 'gi');
        for (const { index, 0: match } of read.matchAll(word)) {
          const said = read.slice(Math.max(0, index - 40), index + match.length + 40);
          const exception = exceptions.find((one) => one.at.test(where) && one.said.test(said));
          if (exception) used.add(exception);
          else found.push(`${where}: “${said.trim()}”: we say ${ours}`);
        }
      }
  }
  expect(found).toEqual([]);
  expect(exceptions.filter((one) => !used.has(one)).map(({ why }) => why)).toEqual([]);
});
