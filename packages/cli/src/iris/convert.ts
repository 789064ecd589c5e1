import { isIP } from 'node:net';
import type { Conversion } from './setting-rows.ts';

/** A value as a production file has it. */
export type Value = string | number | boolean | readonly string[];

/** What became of a value: one of ours, the reason why there is none, or nothing to carry over. */
export type Converted = { readonly value: Value } | { readonly reason: string } | undefined;

/** Converts a value of IRIS. One that says nothing (empty, 0 for off) is undefined. */
export function convert(value: string, as: Conversion): Converted {
  return value === '' || as === 'left out' ? undefined : conversions[as](value);
}

const conversions: Readonly<Record<Exclude<Conversion, 'left out'>, (value: string) => Converted>> =
  {
    text: (value) => ({ value }),
    'whole number': wholeNumber,
    'whole number, 0 for none': (value) => (Number(value) === 0 ? undefined : wholeNumber(value)),
    'yes or no': (value) =>
      /^(0|1|true|false)$/i.test(value)
        ? { value: /^(1|true)$/i.test(value) }
        : { reason: 'it is neither yes nor no' },
    seconds,
    'seconds, 0 for none': (value) => (Number(value) === 0 ? undefined : seconds(value)),
    host: (value) =>
      value.includes(',')
        ? { reason: 'several targets; a dicom.router in between, with one rule for all, has them' }
        : { value },
    'reply codes': (value) =>
      /E[#*]/.test(value)
        ? {
            reason:
              'it names errors of IRIS; write the codes of docs/errors.md, like E#DISK_FULL=R',
          }
        : { value },
    'when a file is complete': (value) =>
      /^(size|none)$/i.test(value)
        ? { value: value.toLowerCase() }
        : { reason: 'size and none are there; without a value it is size' },
    address(value) {
      const address = value.split('|')[0] ?? '';
      return isIP(address) === 0
        ? { reason: 'it is no address of an interface' }
        : { value: address };
    },
    list: (value) => ({ value: value.split(/[,;]/).map((one) => one.trim()) }),
  };

function wholeNumber(value: string): Converted {
  return /^-?\d{1,15}$/.test(value)
    ? { value: Number(value) }
    : { reason: 'it is no whole number' };
}

/** IRIS's durations are numbers of seconds. */
function seconds(value: string): Converted {
  if (Number(value) === -1) return { value: -1 };
  return /^\d*\.?\d+$/.test(value)
    ? { value: `${Number(value)}s` }
    : { reason: 'it is no number of seconds' };
}
