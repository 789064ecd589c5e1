import { expect, test } from 'vitest';
import { hostNameProblem } from './host-name.ts';

test.each([
  'A',
  'EnsLib.DICOM.Service.TCP',
  'Von der Modalität',
  'a_',
  '1',
  'x*',
  "O'Brien",
  'a$b',
])('%s can be the name of a host', (name) => {
  expect(hostNameProblem(name)).toBeUndefined();
});

test.each(
  ['', '*', 'a|b', 'a;b', 'a,b', 'a:b', 'a[b', 'a<b', 'a>b', 'a\\b', 'a/b', 'a&b', 'a"b'].concat([
    '_a',
    '!a',
    '$a',
    '.a',
    'a!',
    'a$',
    'a.',
    ' a',
    'a ',
    'a\nb',
    'a\u001bb',
  ]),
)('%j cannot be the name of a host', (name) => {
  expect(hostNameProblem(name)).toEqual(expect.any(String));
});
