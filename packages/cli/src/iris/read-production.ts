import { EngineError } from '@consort/core';
import type { XmlElement } from './parse-xml.ts';

/** A setting as IRIS has it. */
export interface IrisSetting {
  readonly name: string;
  readonly value: string;
}

/** An item of a production: a host. */
export interface IrisItem {
  readonly name: string;
  readonly className: string;
  /** The attributes that are settings too (PoolSize, Enabled, …), then the settings of host and adapter. */
  readonly settings: readonly IrisSetting[];
}

export interface IrisProduction {
  readonly name: string;
  readonly description: string;
  readonly settings: readonly IrisSetting[];
  readonly items: readonly IrisItem[];
}

/**
 * Reads a block `ProductionDefinition`.
 * @throws EngineError IMPORT_UNFIT for an item without name or class, and for a name that is there twice
 */
export function readProduction(definition: XmlElement): IrisProduction {
  const { attributes, children } = definition;
  const { Name: name = '', ...others } = attributes;
  const textOf = (wanted: string) =>
    children.find((child) => child.name === wanted)?.text.trim() ?? '';
  const pool = textOf('ActorPoolSize');
  const items = children.filter((child) => child.name === 'Item').map(itemOf);
  const twice = items.find((item, index) => items.findIndex((o) => o.name === item.name) < index);
  if (name === '' || twice) {
    const what = twice ? `two items are named ${JSON.stringify(twice.name)}` : 'it has no Name';
    throw new EngineError('IMPORT_UNFIT', `the production cannot be imported: ${what}`);
  }
  return {
    name,
    description: textOf('Description'),
    settings: [
      ...settingsOfAttributes(others),
      ...(pool === '' ? [] : [{ name: 'ActorPoolSize', value: pool }]),
      ...settingsIn(definition),
    ],
    items,
  };
}

function itemOf(item: XmlElement): IrisItem {
  const { Name: name = '', ClassName: className = '', ...others } = item.attributes;
  if (name === '' || className === '') {
    const missing = name === '' ? 'Name' : 'ClassName';
    const text = `the item at line ${item.line} of the ProductionDefinition has no ${missing}`;
    throw new EngineError('IMPORT_UNFIT', text);
  }
  return { name, className, settings: [...settingsOfAttributes(others), ...settingsIn(item)] };
}

function settingsOfAttributes(attributes: XmlElement['attributes']): readonly IrisSetting[] {
  return Object.entries(attributes).map(([name, value]) => ({ name, value: value.trim() }));
}

function settingsIn({ children }: XmlElement): readonly IrisSetting[] {
  return children.flatMap(({ name, attributes, text }) =>
    name === 'Setting' && attributes['Name']
      ? [{ name: attributes['Name'], value: text.trim() }]
      : [],
  );
}
