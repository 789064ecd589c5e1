import { codeOf } from './errors.ts';

/** What IRIS lets a reply code lead to. */
export type ReplyAction = 'C' | 'W' | 'R' | 'S' | 'D' | 'F';

/** One `code=actions` of `replyCodeActions`. */
export interface ReplyCodeRule {
  /** E: any error. X: the handler returned nothing. */
  readonly on: 'E' | 'X';
  /** Only errors of this code (`E#FILE_EXISTS`). */
  readonly code?: string;
  /** Only errors whose text contains this, in upper or lower case (`E*refused`). */
  readonly text?: string;
  readonly actions: readonly ReplyAction[];
}

/** `E=F`: an error is tried again as `retry` says, then it fails. */
export const defaultReplyCodeActions: readonly ReplyCodeRule[] = [{ on: 'E', actions: ['F'] }];

/**
 * Reads `E#FILE_EXISTS=S,(E*refused,E*reset)=R,X=W,E=F` (IRIS: ReplyCodeActions).
 * @throws Error with what is wrong, for whoever wrote it
 */
export function parseReplyCodeActions(text: string): readonly ReplyCodeRule[] {
  return split(text).flatMap((part) => {
    const equals = part.lastIndexOf('=');
    if (equals < 0) throw new Error(`${part}: expected code=actions, like E=F`);
    const actions = part.slice(equals + 1).trim();
    if (!/^[CWRSDF]+$/.test(actions)) {
      throw new Error(`${part}: actions are letters of C, W, R, S, D and F`);
    }
    const codes = part
      .slice(0, equals)
      .trim()
      .replace(/^\(|\)$/g, '');
    return codes
      .split(',')
      .map((code) => ({ ...ruleFor(code.trim()), actions: actions.split('') as ReplyAction[] }));
  });
}

/** What is to be done about an error, or about a handler that returned nothing (undefined). */
export function actionsFor(
  rules: readonly ReplyCodeRule[],
  error: unknown,
): { readonly isWarning: boolean; readonly actions: readonly ReplyAction[] } {
  const matching = rules.filter((rule) => matches(rule, error));
  const decisive = matching.find(({ actions }) => actions.some((action) => action !== 'W'));
  return {
    isWarning: matching.some(({ actions }) => actions.includes('W')),
    // An error that no rule decides on is an error still; nothing returned is a reply like any other.
    actions: decisive?.actions ?? (matching.length > 0 || error === undefined ? ['C'] : ['F']),
  };
}

function matches({ on, code, text }: ReplyCodeRule, error: unknown): boolean {
  if (on === 'X') return error === undefined;
  if (error === undefined) return false;
  if (code !== undefined) return codeOf(error) === code;
  if (text === undefined) return true;
  const message = error instanceof Error ? error.message : '';
  return message.toLowerCase().includes(text.toLowerCase());
}

function ruleFor(code: string): Omit<ReplyCodeRule, 'actions'> {
  if (code === 'E' || code === 'X') return { on: code };
  if (code.startsWith('E#') && code.length > 2) return { on: 'E', code: code.slice(2) };
  if (code.startsWith('E*') && code.length > 2) return { on: 'E', text: code.slice(2) };
  throw new Error(`${code || 'nothing'}: a code is E, E#CODE, E*text or X`);
}

/** At the commas that are not inside brackets. */
function split(text: string): readonly string[] {
  return (text.match(/(?:\([^)]*\)|[^,(])+/g) ?? []).map((part) => part.trim()).filter(Boolean);
}
