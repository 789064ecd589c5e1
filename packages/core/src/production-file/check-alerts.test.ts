import { expect, test } from 'vitest';
import { loadText, production } from './production-file.fixture.ts';

const told = (target: string) => `alerts: { target: ${target} }\n`;
const expected = (text: string) =>
  production().replace(
    'component: dicom.tcp-service',
    `component: dicom.tcp-service\n    expect: ${text}`,
  );
const operation = (keys: string) =>
  production().replace(
    'component: dicom.file-operation',
    `component: dicom.file-operation\n    ${keys}`,
  );

test('a host knows what there are to be alerts about, and the production who is told', async () => {
  const { production: loaded, shown } = await loadText(
    told('File') +
      production({
        service: `    alertOnError: true
    alertGracePeriod: 2m
    inactivityTimeout: 8h
    expect: { callingAet: CT2, within: 45m, during: 'Mon-Fri 07:00-19:00' }`,
        process: '    queueWaitAlert: 5m',
        operation:
          '    alertOnError: true\n    alertRetryGracePeriod: 10m\n    queueCountAlert: 100',
      }),
  );
  expect(shown).toEqual([]);
  expect(loaded?.alerts).toEqual({ target: 'File' });
  const [service, process, operationHost] = loaded?.hosts ?? [];
  expect(service?.alerts).toEqual({
    onError: { grace: 120_000 },
    inactivity: 8 * 3_600_000,
    expect: [
      {
        callingAet: 'CT2',
        within: 45 * 60_000,
        during: [{ days: [1, 2, 3, 4, 5], from: 420, to: 1140 }],
      },
    ],
  });
  expect(process?.alerts).toEqual({ queueWait: 300_000 });
  expect(operationHost?.alerts).toEqual({ onError: { grace: 600_000 }, queueCount: 100 });
});

test('a host without alert keys has no alerts, and several titles may be expected', async () => {
  const { production: loaded } = await loadText(
    expected('[{ callingAet: CT1, within: 1h }, { callingAet: CT2, within: 2h }]'),
  );
  expect(
    loaded?.hosts.map(({ alerts }) => alerts?.expect?.map(({ callingAet }) => callingAet)),
  ).toEqual([['CT1', 'CT2'], undefined, undefined]);
  expect(loaded?.hosts[1]).not.toHaveProperty('alerts');
  expect(loaded).not.toHaveProperty('alerts');
});

test('who is told of alerts is reached', async () => {
  const more = `  Mail: { component: dicom.file-operation, settings: { directory: ./mail } }\n`;
  expect((await loadText(production({ operation: more }))).shown).toEqual([
    '17:3 warning no setting of this production targets Mail; nothing reaches it',
  ]);
  expect((await loadText(told('Mail') + production({ operation: more }))).shown).toEqual([]);
});

test.each([
  [
    'a target that is not there',
    told('Fil') + production(),
    '1:19 error alerts.target: there is no host "Fil" in this production [File]',
  ],
  [
    'a target that is a service',
    told('In') + production(),
    '1:19 error alerts.target: In is a service; a target is a process or an operation',
  ],
  ['no target', `alerts: {}\n${production()}`, '1:1 error alerts.target is missing: expected text'],
  [
    'a target with other keys',
    `alerts: { target: File, to: x }\n${production()}`,
    '1:25 error unknown key "to"; the keys here are target',
  ],
  [
    'a target without a queue',
    told('File') + operation('invocation: inProc'),
    '1:19 error alerts.target: nobody runs File itself (invocation: inProc) for an alert; give it a queue',
  ],
  [
    'a target whose alerts are its work',
    told('File') + operation('inactivityTimeout: 1h'),
    '16:5 error inactivityTimeout on File: each alert is work for the target of alerts',
  ],
  [
    'a queue alert without a queue',
    operation('invocation: inProc\n    queueCountAlert: 5'),
    '16:5 error queueCountAlert on File: with invocation: inProc it has no queue of its own',
  ],
  [
    'a queue alert on a service',
    production({ service: '    queueCountAlert: 5' }),
    '6:5 error queueCountAlert is a key of processes and operations, not of services',
  ],
  [
    'an expectation on an operation',
    operation('expect: { callingAet: CT2, within: 45m }'),
    '15:5 error expect is a key of services, not of operations',
  ],
  [
    'a grace period without alerts',
    operation('alertRetryGracePeriod: 5m'),
    '15:5 warning alertRetryGracePeriod on File does nothing without alertOnError: true',
  ],
  [
    'a grace period that is for ever',
    operation('alertOnError: true\n    alertRetryGracePeriod: -1'),
    '16:28 error alertRetryGracePeriod: a grace period is not for ever',
  ],
  [
    'a queue of none',
    operation('queueCountAlert: 0'),
    '15:22 error queueCountAlert: expected number to be ≥ 1, got 0',
  ],
  [
    'a wait of none',
    operation('queueWaitAlert: 0s'),
    '15:21 error queueWaitAlert: a queueWaitAlert is longer than 0 and not for ever',
  ],
  [
    'hours that are none',
    expected("{ callingAet: CT2, within: 45m, during: 'Mo-Fr 7-19' }"),
    '5:53 error expect.during: "Mo-Fr 7-19" are no hours; write them like Mon-Fri 07:00-19:00',
  ],
  [
    'a silence longer than the hours',
    expected("[{ callingAet: CT2, within: 13h, during: '07:00-19:00' }]"),
    '5:41 error expect[0].within: within is longer than the hours of during, so there would never be an alert',
  ],
  [
    'a title that is expected twice',
    expected('[{ callingAet: CT2, within: 1h }, { callingAet: CT2, within: 2h }]'),
    '5:61 error expect[1].callingAet: CT2 is expected already; name it once, with all its hours',
  ],
  [
    'a title that is too long',
    expected('{ callingAet: SEVENTEEN-LETTERS, within: 45m }'),
    '5:27 error expect.callingAet: expected text of at most 16 characters',
  ],
  [
    'a misspelt key of an expectation',
    expected('{ callingAet: CT2, witin: 45m }'),
    '5:32 error unknown key "witin"; the keys here are callingAet, within, during [within]',
  ],
  [
    'a misspelt key that could be left out',
    expected("[{ callingAet: CT2, within: 45m, durring: '07:00-19:00' }]"),
    '5:46 error unknown key "durring"; the keys here are callingAet, within, during [during]',
  ],
])('%s is said where it stands', async (_what, text, finding) => {
  const { shown } = await loadText(text);
  expect(shown).toContainEqual(expect.stringContaining(finding));
});
