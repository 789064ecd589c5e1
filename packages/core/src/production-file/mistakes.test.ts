import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProduction } from './load-production.ts';
import { folder, load, loadText, production } from './production-file.fixture.ts';

// Each with its place, severity and words; [what to write instead].
const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  ['an empty file', '', ['1:1 error a production file has keys and values']],
  ['a list', '- a', ['1:1 error a production file has keys and values']],
  [
    'no name',
    'services:\n',
    ['1:1 error name is missing: expected text', '1:1 warning the production has no hosts'],
  ],
  [
    'an unknown key',
    production().replace('processes:', 'proceses:'),
    [
      '7:1 error unknown key "proceses"; the keys here are name, description, retention, shutdownTimeout, updateTimeout, testingEnabled, alerts, openIdConnect, services, processes, operations [processes]',
      '5:53 error target: there is no host "Store" in this production',
    ],
  ],
  [
    'a section that is a list',
    'name: x\nservices: [a]\n',
    ['2:11 error services: expected host names as keys'],
  ],
  [
    'a host that is text',
    'name: x\nservices:\n  In: hello\n',
    ['3:7 error In: expected component', '3:3 error In has no component'],
  ],
  [
    'a bad host name',
    production({
      operation: '  a/b: { component: dicom.file-operation, settings: { directory: . } }',
    }),
    ['17:3 error "a/b" cannot be the name of a host: it contains /'],
  ],
  [
    'a host name given to two hosts',
    production({
      operation: '  Store: { component: dicom.file-operation, settings: { directory: . } }',
    }),
    ['17:3 error Store is already the name of a process at '],
  ],
  [
    'a key given twice',
    production({ operation: '  File: {}' }),
    ['17:3 error the key File is given a second time here'],
  ],
  [
    'no component',
    production({ operation: '  B:\n    settings: {}' }),
    ['17:3 error B has no component'],
  ],
  [
    'a component that is a number',
    production({ operation: '  B: { component: 5 }' }),
    ['17:19 error component: expected the name of a component'],
  ],
  [
    'a component without ./',
    production({ operation: '  B: { component: b.ts }' }),
    [
      '17:19 error "b.ts" is not the name of a component; write a built-in name like dicom.tcp-service, ./file.ts or npm:package [./b.ts]',
    ],
  ],
  [
    'an absolute path',
    production({ operation: '  B: { component: /b.ts }' }),
    ['17:19 error "/b.ts" is not the name of a component'],
  ],
  [
    'a component from a variable',
    production({ operation: '  B: { component: "${B}" }' }),
    ['17:19 error a component is code and is never taken from a variable'],
  ],
  [
    'a component that is not there',
    production({ operation: '  B: { component: dicom.fil-operation }' }),
    [
      '17:19 error cannot load dicom.fil-operation: there is no dicom.fil-operation [dicom.file-operation]',
    ],
  ],
  [
    'a component with an enum',
    production({ process: '  B: { component: ./enum.ts }' }),
    ['11:19 error cannot load ./enum.ts: Node runs erasable TypeScript only, without enum'],
  ],
  [
    'a file without a component',
    production({ process: '  B: { component: ./nothing.ts }' }),
    ['11:19 error ./nothing.ts is not a component (it is no object)'],
  ],
  [
    'half a component',
    production({ process: '  B: { component: ./half.ts }' }),
    ['11:19 error ./half.ts is not a component (it has no onRequest)'],
  ],
  [
    'a component in the wrong section',
    production({
      operation: '  B: { component: ./storage-local.ts, settings: { fileOperation: File } }',
    }),
    ['17:19 error B is a process; move it under processes:'],
  ],
  [
    'a number too big',
    production().replace('port: 2010', 'port: 70000'),
    ['5:23 error port: expected number to be ≤ 65535, got 70000'],
  ],
  [
    'a number that is text',
    production().replace('port: 2010', 'port: "no"'),
    ['5:23 error port: expected a number, got "no"'],
  ],
  [
    'a broken number',
    production().replace('port: 2010', 'port: 1.5'),
    ['5:23 error port: expected a whole number, got 1.5'],
  ],
  [
    'nothing for a number',
    production().replace('port: 2010', 'port:'),
    ['5:22 error port: expected a number, got nothing'],
  ],
  [
    'text too long, in a union',
    production().replace('IRIS', 'A'.repeat(17)),
    ['5:39 error localAet: expected text of at most 16 characters, got "AAAAAAAAAAAAAAAAA"'],
  ],
  [
    'a kind that no option of a union takes',
    production().replace('IRIS', '5'),
    ['5:39 error localAet: expected "*" or text or a list, got 5'],
  ],
  [
    'a list too short',
    production().replace('IRIS', '[]'),
    ['5:39 error localAet: expected a list of at least 1, got a list'],
  ],
  [
    'text of the wrong form',
    production().replace('./received', '., mode: "99"'),
    ['16:37 error mode: expected text like /^[0-7]{4}$/, got "99"'],
  ],
  [
    'a word not among those',
    production().replace('IRIS', 'IRIS, acknowledge: stord'),
    ['5:58 error acknowledge: expected one of "completed", "stored", got "stord" [stored]'],
  ],
  [
    'what the author of a component minds',
    production().replace('./received', '., even: 3'),
    ['16:37 error even: only even numbers please'],
  ],
  [
    'no duration',
    production().replace('IRIS', 'IRIS, responseTimeout: 8'),
    ['5:62 error responseTimeout: expected text'],
  ],
  [
    'a duration without a unit',
    production().replace('IRIS', 'IRIS, responseTimeout: "8"'),
    ['5:62 error responseTimeout: "8" is not a duration'],
  ],
  [
    'a missing setting',
    production().replace(', target: Store', ''),
    ['5:5 error target is missing: expected text'],
  ],
  [
    'a missing settings key',
    production({ operation: '  B: { component: dicom.file-operation }' }),
    ['17:3 error directory is missing: expected text'],
  ],
  [
    'settings that are a list',
    production({ operation: '  B: { component: dicom.file-operation, settings: [] }' }),
    ['17:51 error settings: expected keys and values', '17:41 error directory is missing'],
  ],
  [
    'an unknown setting',
    production().replace('port: 2010', 'port: 1, prot: 2'),
    [
      '5:26 error unknown key "prot"; the keys here are port, interface, localAet, acknowledge, responseTimeout, password, target [port]',
    ],
  ],
  [
    'a setting that has to be there, misspelt: one mistake, not two',
    production().replace('port: 2010', 'prot: 2010'),
    [
      '5:17 error unknown key "prot"; the keys here are port, interface, localAet, acknowledge, responseTimeout, password, target [port]',
    ],
  ],
  [
    'an unknown setting in a list',
    production({
      process:
        '  R: { component: "npm:@acme/router", settings: { rules: [{ when: a, target: File, wen: b }] } }',
    }),
    ['11:84 error unknown key "wen"; the keys here are when, target [when]'],
  ],
  [
    'a missing setting in a list',
    production({
      process: '  R: { component: "npm:@acme/router", settings: { rules: [{ target: File }] } }',
    }),
    ['11:59 error rules[0].when is missing: expected text'],
  ],
  [
    'a value of a record',
    production({
      process: '  R: { component: "npm:@acme/router", settings: { limits: { a: 1, b: c } } }',
    }),
    ['11:70 error limits.b: expected a number, got "c"'],
  ],
  [
    'an engine key inside settings',
    production().replace('fileOperation: File', 'fileOperation: File, poolSize: 4'),
    [
      '10:38 error poolSize is a key of the host, not a setting of ./storage-local.ts; move it out of settings:',
    ],
  ],
  [
    'a setting outside settings',
    production().replace(
      '    component: dicom.tcp-service\n',
      '    component: dicom.tcp-service\n    port: 1\n',
    ),
    ['5:5 error port is a setting of dicom.tcp-service; move it under settings:'],
  ],
  [
    'a key there is none of',
    production({
      operation:
        '  B: { component: dicom.file-operation, settings: { directory: . }, foreground: true }',
    }),
    [
      '17:69 error unknown key "foreground"; the keys here are component, settings, enabled, poolSize, schedule, comment',
    ],
  ],
  [
    'images refused before anything is purged for them',
    production().replace(
      'services:',
      'retention: { minFreeSpace: 10%, refuseBelow: 20% }\nservices:',
    ),
    [
      'retention.refuseBelow: images would be refused before anything is purged for them; write at most minFreeSpace',
    ],
  ],
  [
    'a schedule that is none',
    production({
      operation:
        '  B: { component: dicom.file-operation, settings: { directory: . }, schedule: x }',
    }),
    ['17:79 error schedule: "x" is no event of a schedule; write START:*-*-*T07:00:00'],
  ],
  [
    'a pool of none',
    production().replace('    settings: { fileO', '    poolSize: 0\n    settings: { fileO'),
    ['10:15 error poolSize: expected number to be ≥ 1, got 0'],
  ],
  [
    'a pool too large',
    production().replace('    settings: { fileO', '    poolSize: 1001\n    settings: { fileO'),
    ['10:15 error poolSize: expected number to be ≤ 1000, got 1001'],
  ],
  [
    'a pool where the component refuses one',
    production().replace('    settings: { port', '    poolSize: 4\n    settings: { port'),
    ['5:5 error poolSize on dicom.tcp-service: set maxAssociations instead'],
  ],
  [
    'a retry on a service',
    production().replace(
      '    settings: { port',
      '    retry: { timeout: 5s }\n    settings: { port',
    ),
    ['5:5 error a service has no retry'],
  ],
  [
    'a retry that is no duration',
    production().replace('interval: 5s', 'interval: often'),
    ['15:24 error retry.interval: "often" is not a duration'],
  ],
  [
    'a retry interval for ever',
    production().replace('interval: 5s', 'interval: -1'),
    ['15:24 error retry.interval: a retry interval is longer than 0 and not for ever'],
  ],
  [
    'a misspelt retry',
    production().replace('interval: 5s', 'intervall: 5s'),
    [
      '15:14 error unknown key "intervall"; the keys here are interval, timeout, maxInterval [interval]',
    ],
  ],
  [
    'a target that is not there',
    production().replace('target: Store', 'target: Stroe'),
    ['5:53 error target: there is no host "Stroe" in this production [Store]'],
  ],
  [
    'a target that is a service',
    production().replace('fileOperation: File', 'fileOperation: In'),
    ['10:32 error fileOperation: In is a service; a target is a process or an operation'],
  ],
  [
    'two services on one port',
    production({
      service:
        '  In2:\n    component: dicom.tcp-service\n    settings: { port: 2010, interface: 127.0.0.1, localAet: A, target: Store }',
    }),
    ['8:23 error port: In listens on port 2010 already, at '],
  ],
  [
    'a variable that is not set',
    production().replace('./received', '"a/${NOWHERE}"'),
    [
      '16:31 error the environment variable NOWHERE is not set and has no default [${NOWHERE:-default}]',
    ],
  ],
  [
    'a variable that must be set',
    production().replace('IRIS', '"${AET:?say who we are}"'),
    ['5:40 error the environment variable AET must be set: say who we are'],
  ],
  [
    'a lone dollar',
    production().replace('./received', 'a$b'),
    ['16:29 error $b is not replaced: write ${b} for the variable or $$b for the text [${b}]'],
  ],
  [
    'a variable in braces without quotes',
    production().replace('2010', '${PORT:-1}'),
    ['5:24 error not valid YAML', '["${PORT:-1}"]'],
  ],
  ['YAML that is none', 'name: "x\nservices:\n', ['error not valid YAML: Missing closing "quote']],
  [
    'a tab',
    'name: x\nservices:\n\tIn: {}\n',
    ['3:1 error not valid YAML: Tabs are not allowed as indentation'],
  ],
  ['two documents', 'name: x\n---\nname: y\n', ['2:1 error a second YAML document begins here']],
  [
    'an alias',
    'name: &n x\ndescription: *n\n',
    ['2:14 error *n is an alias; aliases are not allowed in a production file'],
  ],
  [
    'a merge key',
    '%YAML 1.1\n---\nname: x\n<<: { a: b }\n',
    ['4:1 error "<<" cannot be a key in a production file; merge keys are not supported'],
  ],
  ['a tag', 'name: !!js/function x\n', ['1:7 error not valid YAML: Unresolved tag']],
  ['a key that is a list', 'name: x\n? [a]\n: b\n', ['2:3 error not valid YAML']],
  ['a prototype', 'name: x\n__proto__: { a: b }\n', ['2:1 error "__proto__" cannot be a key']],
  [
    'a prototype in settings',
    production().replace('{ directory', '{ __proto__: {}, directory'),
    ['16:17 error "__proto__" cannot be a key'],
  ],
  ['a name that is a number', 'name: 5\n', ['1:7 error name: expected text, got 5']],
  [
    'deep nesting',
    `name: ${'['.repeat(50)}${']'.repeat(50)}`,
    ['1:39 error this is nested more than 32 levels deep'],
  ],
  ['very deep nesting', '['.repeat(20_000), ['error this is nested too deeply']],
];

describe('a mistake is found where it stands', () => {
  test.each(mistakes)('%s', async (_, text, expected) => {
    const { production: loaded, shown } = await loadText(text);
    expect(loaded).toBeUndefined();
    for (const part of expected) expect(shown).toContainEqual(expect.stringContaining(part));
  });

  test('a file above 1 MiB', async () => {
    const { shown } = await loadText(`name: ${'x'.repeat(1024 * 1024)}`);
    expect(shown).toEqual(['1:1 error a production file has at most 1 MiB']);
  });

  test('a file that is not UTF-8', async () => {
    const { shown } = await loadText(new Uint8Array([0x6e, 0xff, 0xfe]));
    expect(shown).toEqual(['1:1 error a production file is UTF-8 text, and this is not']);
  });

  test('a file that is not there is an error with its code', async () => {
    await expect(loadProduction(join(folder, 'none.yaml'), { load })).rejects.toMatchObject({
      code: 'PRODUCTION_NOT_FOUND',
      message: expect.stringContaining('there is no such file'),
    });
    await expect(loadProduction(folder, { load })).rejects.toMatchObject({
      code: 'PRODUCTION_NOT_FOUND',
    });
  });

  test('all of them at once, in the order of the file', async () => {
    const { shown } = await loadText(`nam: Demo
services:
  In:
    component: dicom.tcp-service
    poolSize: 2
    settings:
      port: 70000
      localAett: IRIS
      target: Stroe
processes:
  Store:
    component: dicom.file-operation
    settings: { directory: "\${NOWHERE}" }
operations:
  File:
    component: dicom.fiel-operation
`);
    expect(shown.map((line) => line.slice(0, 40))).toEqual([
      '1:1 error unknown key "nam"; the keys he',
      '1:1 error name is missing: expected text',
      '5:5 error poolSize on dicom.tcp-service:',
      '7:13 error port: expected number to be ≤',
      '8:7 error unknown key "localAett"; the k',
      '9:15 error target: there is no host "Str',
      '12:16 error Store is an operation; move ',
      '13:29 error the environment variable NOW',
      '16:16 error cannot load dicom.fiel-opera',
    ]);
  });
});

describe('warnings leave the production as it is', () => {
  test.each([
    [
      'a host nobody targets',
      production({
        operation: '  Spare: { component: dicom.file-operation, settings: { directory: . } }',
      }),
      '17:3 warning no setting of this production targets Spare; nothing reaches it',
    ],
    [
      'a service without a target',
      production({ service: '  Tick: { component: timer.service }' }),
      '6:3 warning Tick has no target',
    ],
    [
      'what the component doubts',
      production().replace('IRIS', "'*'"),
      '5:39 warning localAet: any title is accepted',
    ],
    [
      'what the component doubts of a default',
      production().replace(' localAet: IRIS,', ''),
      '3:3 warning localAet: any title is accepted',
    ],
    [
      'a secret in clear',
      production().replace('IRIS', 'IRIS, password: hunter2'),
      '5:55 warning password is a secret written in clear; take it from the environment ["${PASSWORD}"]',
    ],
    [
      'a default of a secret',
      production().replace('IRIS', 'IRIS, password: "${NONE:-hunter2}"'),
      '5:55 warning password is a secret written in clear',
    ],
    [
      'retries by default that outlast the peer',
      production().replace('    retry: { interval: 5s, timeout: 5s }\n', ''),
      '13:3 warning retry.timeout of File (15 s) is longer than responseTimeout of In (8 s)',
    ],
    [
      'retries for ever that outlast the peer',
      production().replace('timeout: 5s', 'timeout: -1'),
      '15:5 warning retry.timeout of File (for ever) is longer than',
    ],
    [
      'retries that end after an acknowledgement',
      production().replace('IRIS', 'IRIS, acknowledge: stored'),
      '15:5 warning retry.timeout of File (5 s) ends while In acknowledges what it has stored',
    ],
  ])('%s', async (_, text, expected) => {
    const { production: loaded, shown } = await loadText(text);
    expect(loaded).toBeDefined();
    expect(shown).toEqual([expect.stringContaining(expected)]);
  });

  test('stored with retries for ever is what it should be', async () => {
    const text = production()
      .replace('IRIS', 'IRIS, acknowledge: stored')
      .replace('timeout: 5s', 'timeout: -1');
    expect((await loadText(text)).shown).toEqual([]);
  });
});
