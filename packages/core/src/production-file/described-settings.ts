import { z } from 'zod';
import type { Component } from '../component.ts';
import { meaningOf } from '../settings.ts';
import { defaultOf } from './default-of.ts';

/** What a setting of a component is, for whoever is to write it. */
export interface DescribedSetting {
  readonly name: string;
  /** In words: `a host`, `a duration`, `one of completed, stored`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** As it would stand in the file; absent where there is none. */
  readonly default?: unknown;
  readonly description?: string;
}

/** What the settings of a component are, in its order. */
export function describedSettings(component: Component): readonly DescribedSetting[] {
  const schema = z.toJSONSchema(component.settings, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  return Object.entries(component.settings.shape as Readonly<Record<string, z.core.$ZodType>>).map(
    ([name, setting]) => {
      const { description, ...one } = schema.properties?.[name] ?? {};
      const usual = defaultOf(setting);
      const meaning = meaningOf(setting);
      return {
        name,
        type: (meaning && meanings[meaning]) ?? typeInWords(one),
        isRequired: schema.required?.includes(name) ?? false,
        ...(usual === undefined ? {} : { default: usual }),
        ...(description === undefined ? {} : { description }),
      };
    },
  );
}

const meanings = {
  target: 'a host',
  asyncTarget: 'a host',
  secret: 'a secret',
  path: 'a path',
  duration: 'a duration',
} as const;

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

function typeInWords({
  type,
  enum: words,
  const: only,
  anyOf,
  items,
  properties,
}: JsonSchema): string {
  if (words) return `one of ${words.map(String).join(', ')}`;
  if (only !== undefined) return typeof only === 'string' ? only : JSON.stringify(only);
  if (anyOf) return [...new Set(anyOf.map(typeInWords))].join(' or ');
  if (type === 'array') return `a list of: ${items ? typeInWords(items) : 'anything'}`;
  if (type === 'object') {
    return properties ? `keys ${Object.keys(properties).join(', ')}` : 'keys and values';
  }
  return kinds[String(type)] ?? 'anything';
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};
