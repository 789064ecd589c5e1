import type { ImageState, StudyCount } from '@consort/core';
import type { Output } from '../json/outputs.ts';
import { style } from '../terminal/style.ts';
import { drawTable, type Column } from '../terminal/table.ts';
import { formatMoment } from '../terminal/time.ts';

const colours: Readonly<Record<ImageState, Parameters<typeof style>[0]>> = {
  failed: 'red',
  suspended: 'yellow',
  retrying: 'yellow',
  inProgress: 'cyan',
  completed: 'green',
};

const words: Readonly<Record<ImageState, string>> = {
  failed: 'failed',
  suspended: 'suspended',
  retrying: 'retrying',
  inProgress: 'waiting or in progress',
  completed: 'completed',
};

/** Draws the count of one study, and which of its images came more than once. */
export function drawStudy(
  count: StudyCount,
  duplicates: Output<'study'>['duplicates'],
  now: Date,
): string {
  const { accessionNumbers, callingAeTitles, received, instances } = count;
  const accession = accessionNumbers.length > 0 ? `, accession ${accessionNumbers.join(', ')}` : '';
  const from = callingAeTitles.length > 0 ? ` from ${callingAeTitles.join(', ')}` : '';
  const times = `first ${formatMoment(count.firstImageAt, now)}, last ${formatMoment(count.lastImageAt, now)}`;
  const states = (Object.keys(words) as ImageState[])
    .filter((state) => count[state] > 0)
    .map((state) => style(colours[state], `${count[state]} ${words[state]}`));
  return [
    style('bold', `Study ${count.studyInstanceUid ?? 'without Study Instance UID'}${accession}`),
    `  ${received} received${from}: ${instances} different; ${times}`,
    `  ${states.join(', ')}`,
    ...duplicates.map(drawDuplicate),
  ].join('\n');
}

function drawDuplicate({ kind, messageId, of }: Output<'study'>['duplicates'][number]): string {
  return kind === 'sentAgain'
    ? `  message ${messageId} brought what message ${of} had brought: sent again`
    : style(
        'red',
        `  OTHER CONTENT: message ${messageId} brought another data set under the SOP Instance UID of message ${of}`,
      );
}

/** Draws a line for each study. */
export function drawStudies(counts: readonly StudyCount[], width: number, now: Date): string {
  return drawTable(columns(now), counts, width);
}

function columns(now: Date): readonly Column<StudyCount>[] {
  return [
    { head: 'Last image', cell: ({ lastImageAt }) => formatMoment(lastImageAt, now) },
    {
      head: 'Study',
      cell: ({ studyInstanceUid }) => studyInstanceUid ?? '-',
      shrink: 'name',
    },
    { head: 'Accession', cell: ({ accessionNumbers }) => accessionNumbers.join(', ') },
    { head: 'From', cell: ({ callingAeTitles }) => callingAeTitles.join(', '), optional: true },
    countColumn('Received', ({ received }) => received),
    countColumn('Completed', ({ completed }) => completed),
    countColumn('Waiting', ({ inProgress }) => inProgress),
    countColumn('Retrying', ({ retrying }) => retrying),
    countColumn('Suspended', ({ suspended }) => suspended),
    countColumn('Failed', ({ failed }) => failed),
    { head: 'Remark', cell: remark, shrink: 'text' },
  ];
}

function countColumn(head: string, count: (study: StudyCount) => number): Column<StudyCount> {
  return { head, cell: (study) => String(count(study)), align: 'right' };
}

function remark({ sentAgain, otherContent }: StudyCount): string {
  return [
    ...(otherContent > 0 ? [style('red', `OTHER CONTENT under ${otherContent} UID`)] : []),
    ...(sentAgain > 0 ? [`${sentAgain} sent again`] : []),
  ].join(', ');
}
