import { expect, it } from 'vitest';
import { decodeCommandSet, type CommandSet } from './command-set.ts';
import { takeEventReport, type EventReport } from './event-report.ts';
import { ProtocolError } from './protocol-error.ts';

const context = { id: 5, abstractSyntax: '1.2.3', transferSyntax: '1.2.840.10008.1.2' };
const request: CommandSet = {
  commandField: 0x0100,
  hasDataSet: true,
  messageId: 7,
  affectedSopClassUid: '1.2.3',
  affectedSopInstanceUid: '1.2.3.1',
  eventTypeId: 2,
};

/** Takes a report of this data set. @returns what its taker got, and what was answered */
async function taken(command: CommandSet, dataSet: Buffer, status: () => number) {
  const reports: EventReport[] = [];
  const answers: CommandSet[] = [];
  const target = await takeEventReport(
    command,
    context,
    (report) => {
      reports.push(report);
      return status();
    },
    100,
    async (id, response) => {
      expect(id).toBe(5);
      answers.push(decodeCommandSet(response));
    },
  );
  await target?.write(dataSet);
  await target?.end();
  return { reports, answers };
}

it('gives a report that a peer sends by itself to its taker, and answers with his status', async () => {
  const { reports, answers } = await taken(request, Buffer.from('what has come'), () => 0);
  expect(reports).toMatchObject([{ dataSet: Buffer.from('what has come') }]);
  expect(answers).toMatchObject([
    {
      commandField: 0x8100,
      messageIdBeingRespondedTo: 7,
      affectedSopClassUid: '1.2.3',
      affectedSopInstanceUid: '1.2.3.1',
      eventTypeId: 2,
      status: 0,
    },
  ]);
});

it('answers 0110 to what its taker cannot take', async () => {
  const { answers } = await taken(request, Buffer.alloc(0), () => {
    throw new Error('none of mine');
  });
  expect(answers).toMatchObject([{ status: 0x0110 }]);
});

it.each(['messageId', 'affectedSopClassUid', 'eventTypeId'] as const)(
  'ends the association over a report without %s',
  async (element) => {
    const { [element]: _, ...lacking } = request;
    await expect(taken(lacking as CommandSet, Buffer.alloc(0), () => 0)).rejects.toThrow(
      ProtocolError,
    );
  },
);

it('ends the association over a data set that is too long', async () => {
  await expect(taken(request, Buffer.alloc(101), () => 0)).rejects.toThrow(ProtocolError);
});
