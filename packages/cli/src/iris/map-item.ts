import type { Component } from '@consort/core';
import type { Context } from './contexts-of.ts';
import { convert, type Value } from './convert.ts';
import { settingName } from './name-custom.ts';
import type { IrisItem, IrisSetting } from './read-production.ts';
import { componentRows, kindRows, type SettingRow } from './setting-rows.ts';

/** A setting that was not carried over. */
export interface Omission {
  readonly name: string;
  /** Absent when it may be a secret. */
  readonly value?: string;
  readonly why: string;
}

/** A host, made of an item. */
export interface MappedHost {
  readonly name: string;
  readonly className: string;
  readonly kind: Component['kind'];
  /** Neither the name of its class nor what that extends says what it is. */
  readonly isGuess: boolean;
  readonly component: string;
  readonly isCustom: boolean;
  /** By path: `settings.port`, `retry.interval`. */
  readonly keys: Map<string, Value>;
  readonly leftOut: Omission[];
  /** The settings that were no settings in IRIS: its code named the hosts. */
  readonly targetsOfCode: string[];
  contexts?: readonly Context[];
}

/** Maps an item. A setting of a class of one's own becomes a setting of the component that is to be written. */
export function mapItem(
  { name, className, settings }: IrisItem,
  as: Pick<MappedHost, 'kind' | 'isGuess' | 'component' | 'isCustom'>,
): MappedHost {
  const host: MappedHost = {
    name,
    className,
    ...as,
    keys: new Map(),
    leftOut: [],
    targetsOfCode: [],
  };
  const rows = [...(componentRows[as.component] ?? []), ...kindRows[as.kind]];
  for (const setting of settings) {
    const row = rows.find(({ iris }) => iris === setting.name);
    if (row) carry(host, setting, row);
    else if (as.isCustom && !isSecret(setting.name)) carryToCustom(host, setting);
    else if (setting.value !== '') leave(host, setting, 'there is no equivalent');
  }
  return host;
}

function carry(host: MappedHost, setting: IrisSetting, row: SettingRow): void {
  const found = convert(setting.value, row.as);
  if (found && 'value' in found) {
    if (usual[row.ours] !== found.value) host.keys.set(row.ours, found.value);
    return;
  }
  if (found) leave(host, setting, found.reason);
  else if (row.as === 'left out' && !saysNothing(setting)) leave(host, setting, row.note);
}

function carryToCustom(host: MappedHost, setting: IrisSetting): void {
  if (setting.value === '') return;
  const key = settingName(setting.name);
  if (key === undefined) return leave(host, setting, 'its name cannot be that of a setting');
  const isNumber = /^-?\d{1,15}$/.test(setting.value);
  host.keys.set(`settings.${key}`, isNumber ? Number(setting.value) : setting.value);
}

function leave(host: MappedHost, { name, value }: IrisSetting, why: string): void {
  host.leftOut.push({ name, ...(isSecret(name) ? {} : { value }), why });
}

/** What holds without being written. */
const usual: Readonly<Record<string, Value>> = {
  enabled: true,
  poolSize: 1,
  logTraceEvents: false,
  alertOnError: false,
};

/** What IRIS writes into every export, and says no more than that nothing was set. */
function saysNothing({ name, value }: IrisSetting): boolean {
  if (value === '' || /^(0|false)$/i.test(value)) return true;
  return name === 'PoolSize' && value === '1';
}

function isSecret(name: string): boolean {
  return /passw|secret|token|passphrase|private/i.test(name);
}
