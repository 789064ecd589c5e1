import type { BusinessType, Message, MessageHeader } from '@consort/core';
import { describe, expect, it } from 'vitest';
import { widthOf } from '../terminal/width.ts';
import { wordLegs } from './leg.ts';
import { summarize } from './summary.ts';
import { drawTrace } from './trace.ts';

const service = 'EnsLib.DICOM.Service.TCP';
const process = 'Demo.DICOM.Process.StorageLocal';
const operation = 'Demo.DICOM.Operation.File';
const types: Readonly<Record<string, BusinessType>> = {
  [service]: 'BusinessService',
  [process]: 'BusinessProcess',
  [operation]: 'BusinessOperation',
};

const start = new Date(2026, 7, 25, 14, 3, 11, 204).getTime();
const at = (milliseconds: number) => new Date(start + milliseconds).toISOString();
const now = new Date(start + 60_000);
const terminal = { width: 80, isUtf8: true };

/** A leg: queued, taken and ended so many milliseconds after the session's start. */
function leg(
  id: number,
  source: string,
  target: string,
  [queued, delivered, processed]: readonly [number, number?, number?],
  more: Partial<MessageHeader> = {},
): Message {
  return {
    header: {
      id,
      sessionId: 41,
      type: 'Request',
      invocation: 'Queue',
      priority: 'Sync',
      status: 'Completed',
      sourceConfigName: source,
      targetConfigName: target,
      sourceBusinessType: types[source] ?? 'BusinessProcess',
      targetBusinessType: types[target] ?? 'BusinessProcess',
      targetQueueName: target,
      messageBodyClassName: more.type === 'Response' ? 'dicom.command' : 'dicom.document',
      timeCreated: at(queued),
      timeQueued: at(queued),
      ...(delivered === undefined ? {} : { timeDelivered: at(delivered) }),
      ...(processed === undefined ? {} : { timeProcessed: at(processed) }),
      isError: false,
      attempts: 0,
      ...more,
    },
  };
}

const arrival = {
  associationId: 'a1',
  peerAddress: '127.0.0.1',
  callingAeTitle: 'ORTHANC',
  calledAeTitle: 'IRIS',
};

function response(request: number, more: Partial<MessageHeader> = {}): Partial<MessageHeader> {
  return { type: 'Response', correspondingMessageId: request, ...more };
}

const completed = [
  leg(41, service, process, [0, 1, 20], {
    arrival,
    answered: { status: '0000', time: at(23) },
  }),
  leg(42, process, operation, [2, 3, 15]),
  leg(43, operation, process, [15, 15, 16], response(42)),
  leg(44, process, service, [20, 21, 23], response(41)),
];

describe('trace', () => {
  it('words each of several answers by itself: only the last one has the final status', () => {
    const several = [
      leg(41, service, process, [0, 1, 20], {
        arrival,
        answered: { status: 'FE00', time: at(23) },
      }),
      leg(42, process, service, [5, 6, 7], response(41, { isPartial: true })),
      leg(43, process, service, [8, 9, 10], response(41, { isPartial: true, status: 'Discarded' })),
      leg(44, process, service, [20, 21, 23], response(41)),
    ];
    expect(wordLegs(several, now).map(({ status }) => status)).toEqual([
      'Completed',
      'Sent, others follow',
      'Discarded',
      'Sent, answered FE00',
    ]);
  });

  it('draws who brought the image, the four legs, and how it ended', () => {
    expect(drawTrace(completed, [], terminal, now).split('\n')).toEqual([
      'Session 41  2026-08-25 14:03:11.204',
      'from ORTHANC at 127.0.0.1 to IRIS, answered 0000 after 23 ms',
      '',
      ' EnsLib.DICOM.Service.TCP  Demo.DICOM.Operation.File',
      '           │   …Process.StorageLocal   │        Status               Wait    Run',
      '           │             │             │',
      '41         ├────────────►│             │        Completed            1 ms  19 ms',
      '42         │             ├────────────►│        Completed            1 ms  12 ms',
      '43         │             │◄╌╌╌╌╌╌╌╌╌╌╌╌┤        Completed            0 ms   1 ms',
      '44         │◄╌╌╌╌╌╌╌╌╌╌╌╌┤             │        Sent, answered 0000  1 ms   2 ms',
      '',
      '…Process.StorageLocal is Demo.DICOM.Process.StorageLocal',
      '',
      'Completed: answered 0000 after 23 ms',
    ]);
  });

  it('writes ASCII where the locale is not UTF-8', () => {
    const drawn = drawTrace(completed, [], { width: 80, isUtf8: false }, now);
    expect(drawn).toMatch(/^[\x20-\x7e\n]*$/);
    expect(drawn).toContain('41         |------------>|             |        Completed');
    expect(drawn).toContain('44         |<............|             |        Sent, answered 0000');
  });

  it('writes names in full and what is sent on the arrows where there is room', () => {
    const drawn = drawTrace(completed, [], { width: 140, isUtf8: true }, now);
    expect(drawn).toContain('├──────── dicom.document ───────►│');
    expect(drawn).toContain('Demo.DICOM.Process.StorageLocal');
    expect(drawn).not.toContain('…');
  });

  it('says how often a leg failed, why, and when it is tried again', () => {
    const retrying = [
      leg(41, service, process, [0, 1], { status: 'Delivered', arrival }),
      leg(42, process, operation, [2, 3], {
        status: 'Delivered',
        attempts: 3,
        nextAttemptAt: at(64_000),
        errorStatus: { code: 'DISK_FULL', text: 'cannot write to /data: no space left' },
      }),
    ];
    const drawn = drawTrace(retrying, [], terminal, now);
    expect(drawn).toContain('Delivered (in progress)');
    expect(drawn).toContain('Delivered (retrying)');
    expect(drawn).toContain('      failed 3 times, next attempt in 4 s');
    expect(drawn).toContain('      DISK_FULL: cannot write to /data: no space left');
    expect(drawn).toContain('from ORTHANC at 127.0.0.1 to IRIS, not answered yet');
    expect(drawn.split('\n').at(-1)).toContain(
      'Retrying at Demo.DICOM.Operation.File, failed 3 times, next attempt in 4 s',
    );
  });

  it('says where an error began, once', () => {
    const error = { code: 'DISK_FULL', text: 'no space left in /data' };
    const origin = { host: operation, code: 'DISK_FULL' };
    const behind = { code: 'REQUEST_FAILED', text: `${operation} failed`, origin };
    const failed = [
      leg(41, service, process, [0, 1, 20], {
        arrival,
        status: 'Error',
        isError: true,
        errorStatus: behind,
        answered: { status: '0110', time: at(8_000), note: 'the process failed' },
      }),
      leg(42, process, operation, [2, 3, 15], {
        status: 'Error',
        isError: true,
        errorStatus: error,
      }),
      leg(
        43,
        operation,
        process,
        [15, 15, 16],
        response(42, { isError: true, errorStatus: error }),
      ),
      leg(44, process, service, [20, 21, 23], response(41, { isError: true, errorStatus: behind })),
    ];
    const drawn = drawTrace(failed, [], terminal, now);
    expect(drawn.match(/no space left in \/data/g)).toHaveLength(2);
    expect(drawn).toContain('answered 0110 after 8 s (the process');
    expect(drawn).toContain('Sent, answered 0110');
    expect(summarize(failed, now)).toBe(
      'Error at Demo.DICOM.Operation.File: DISK_FULL: no space left in /data',
    );
  });

  it('says in its last line that the peer hung up', () => {
    const hangUp = [
      leg(41, service, process, [0, 1, 5_000], {
        arrival,
        answered: { status: 'none', note: 'peer gone', time: at(2_000) },
      }),
      leg(
        42,
        process,
        service,
        [5_000, 5_001, 5_002],
        response(41, { status: 'Discarded', note: 'peer gone' }),
      ),
    ];
    const lines = drawTrace(hangUp, [], terminal, now).split('\n');
    expect(lines.at(-1)).toBe('Discarded: peer gone');
    expect(lines[1]).toBe('from ORTHANC at 127.0.0.1 to IRIS, not answered: peer gone');
    expect(lines.find((line) => line.startsWith('42'))).toMatch(/╳.+┤ +Discarded/);
    expect(lines).toContain('      peer gone');
  });

  it('never shows an answer that came too late as Sent', () => {
    const late = [
      leg(41, service, process, [0, 1, 9_000], {
        arrival,
        answered: { status: '0110', note: 'answered 0110 after 8 s', time: at(8_000) },
      }),
      leg(
        42,
        process,
        service,
        [9_000, 9_001, 9_002],
        response(41, { status: 'Discarded', note: 'answered 0110 after 8 s' }),
      ),
    ];
    const drawn = drawTrace(late, [], terminal, now);
    expect(drawn).not.toContain('Sent');
    expect(drawn.split('\n')[1]).toBe('from ORTHANC at 127.0.0.1 to IRIS, answered 0110 after 8 s');
    expect(summarize(late, now)).toBe('Discarded: answered 0110 after 8 s');
  });

  it('never says Completed of a session whose peer was told of a failure', () => {
    const answered = { status: '0110', time: at(30), note: 'no C-STORE response' };
    const refused = [leg(41, service, process, [0, 1, 20], { arrival, answered })];
    expect(summarize(refused, now)).toBe('Failed: answered 0110 after 30 ms (no C-STORE response)');
  });

  it('says of a file that it was taken, and to nobody that he was answered', () => {
    const fromFile = { associationId: 'f1', peerAddress: 'file' };
    const answered = { status: 'taken', time: at(4) };
    const taken = [
      leg(41, service, process, [0, 1, 20], { arrival: fromFile, answered }),
      leg(42, process, service, [20, 21, 23], response(41)),
    ];
    const drawn = drawTrace(taken, [], terminal, now);
    expect(drawn.split('\n')[1]).toBe('from a file, taken after 4 ms');
    expect(drawn).not.toContain('answered');
    expect(summarize(taken, now)).toBe('Completed: taken after 4 ms');
    const open = [leg(41, service, process, [0, 1, 20], { arrival: fromFile })];
    expect(drawTrace(open, [], terminal, now).split('\n')[1]).toBe('from a file, not taken yet');
  });

  it('says what waits in a queue', () => {
    const waiting = [leg(41, service, process, [0], { status: 'Queued', arrival })];
    expect(summarize(waiting, now)).toBe('Queued for Demo.DICOM.Process.StorageLocal since 1 min');
  });

  it('crosses the lines of the hosts between, and comes back to the same host', () => {
    const far = [
      leg(1, 'A', 'B', [0, 1, 2]),
      leg(2, 'B', 'C', [0, 1, 2]),
      leg(3, 'C', 'A', [0, 1, 2], response(1)),
      leg(4, 'C', 'C', [0, 1, 2]),
    ];
    const lines = drawTrace(far, [], terminal, now).split('\n');
    expect(lines.find((line) => line.startsWith('3'))).toMatch(/│◄╌+┼╌+┤/);
    expect(lines.find((line) => line.startsWith('4'))).toContain('│↺');
  });

  it('fits 80 columns with many hosts, whose names a legend gives', () => {
    const hosts = Array.from({ length: 8 }, (_, index) => `Hospital.Department.Host${index}`);
    const many = hosts
      .slice(1)
      .map((host, index) => leg(index + 1, hosts[index] ?? '', host, [0, 1, 2]));
    const lines = drawTrace(many, [], terminal, now).split('\n');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80);
    for (const host of hosts) expect(lines.some((line) => line.endsWith(` is ${host}`))).toBe(true);
  });

  it('shows the events of the session, and no colours where there is no terminal', () => {
    const text = 'the answer came after the peer was gone';
    const event = {
      id: 1,
      type: 'Warning',
      code: 'LATE',
      host: service,
      text,
      time: at(5_000),
    } as const;
    const drawn = drawTrace(completed, [event], terminal, now);
    expect(drawn).toContain(
      'Events\n14:03:16.204 Warning EnsLib.DICOM.Service.TCP: the answer came after the peer',
    );
    expect(drawn).not.toContain('\u001b');
  });
});
