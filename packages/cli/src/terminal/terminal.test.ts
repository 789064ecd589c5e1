import { describe, expect, it } from 'vitest';
import { isUtf8Locale } from './screen.ts';
import { shortenName, shortenText } from './shorten.ts';
import { drawTable } from './table.ts';
import { formatTime } from './time.ts';
import { padEnd, widthOf, wrap } from './width.ts';

describe('width', () => {
  it('counts columns, not characters, and colours not at all', () => {
    expect(widthOf('abc')).toBe(3);
    expect(widthOf('\u001b[31mabc\u001b[39m')).toBe(3);
    expect(widthOf('山田')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(padEnd('山', 4)).toBe('山  ');
  });

  it('wraps words and leaves a word that is too long whole', () => {
    expect(wrap('one two three', 7, '  ')).toEqual(['one two', '  three']);
    expect(wrap('/a/very/long/path x', 5)).toEqual(['/a/very/long/path', 'x']);
  });
});

describe('shortening', () => {
  it('takes whole parts of a name from the left first', () => {
    expect(shortenName('EnsLib.DICOM.Service.TCP', 24)).toBe('EnsLib.DICOM.Service.TCP');
    expect(shortenName('EnsLib.DICOM.Service.TCP', 20)).toBe('…DICOM.Service.TCP');
    expect(shortenName('EnsLib.DICOM.Service.TCP', 12)).toBe('…Service.TCP');
    expect(shortenName('EnsLib.DICOM.Service.TCP', 5)).toBe('…TCP');
    expect(shortenName('Demo.DICOM.Process.StorageLocal', 8)).toBe('…geLocal');
  });

  it('takes the end of a text', () => {
    expect(shortenText('no space left', 8)).toBe('no spac…');
  });
});

describe('a point in time', () => {
  it('is written in the local zone', () => {
    const time = new Date(2026, 7, 25, 4, 3, 1).toISOString();
    expect(formatTime(time)).toBe('2026-08-25 04:03:01');
  });
});

describe('a table', () => {
  const columns = [
    { head: 'Host', cell: ({ name }: { name: string }) => name, shrink: 'name' },
    { head: 'Queued', cell: () => '1', align: 'right' },
  ] as const;

  it('is as wide as its cells where nothing has to fit', () => {
    expect(drawTable(columns, [{ name: 'EnsLib.DICOM.Service.TCP' }])).toBe(
      ['Host                      Queued', 'EnsLib.DICOM.Service.TCP       1'].join('\n'),
    );
  });

  it('takes what is too much from the column that may shrink', () => {
    expect(drawTable(columns, [{ name: 'EnsLib.DICOM.Service.TCP' }], 22)).toBe(
      ['Host            Queued', '…Service.TCP         1'].join('\n'),
    );
  });
});

describe('a table that does not fit', () => {
  it('leaves out its optional columns, the last first', () => {
    const columns = [
      { head: 'Message', cell: () => '1' },
      { head: 'Session', cell: () => '1', optional: true },
      { head: 'Status', cell: () => 'Completed' },
      { head: 'Type', cell: () => 'Request', optional: true },
    ] as const;
    const heads = (width: number) => drawTable(columns, [{}], width).split('\n')[0];
    expect(heads(80)).toBe('Message  Session  Status     Type');
    expect(heads(30)).toBe('Message  Session  Status');
    expect(heads(10)).toBe('Message  Status');
  });
});

describe('the locale', () => {
  it('is UTF-8 when the first of LC_ALL, LC_CTYPE and LANG that is set says so', () => {
    expect(isUtf8Locale({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(isUtf8Locale({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' })).toBe(false);
    expect(isUtf8Locale({ LC_CTYPE: 'en_US.utf8' })).toBe(true);
    expect(isUtf8Locale({})).toBe(false);
  });
});
