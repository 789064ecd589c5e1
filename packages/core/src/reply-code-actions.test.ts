import { describe, expect, test } from 'vitest';
import { EngineError } from './errors.ts';
import {
  actionsFor,
  defaultReplyCodeActions,
  parseReplyCodeActions,
} from './reply-code-actions.ts';

const exists = new EngineError('FILE_EXISTS', 'the file is there');
const refused = new EngineError('PEER_UNREACHABLE', 'connection REFUSED by 127.0.0.1');

describe('parseReplyCodeActions', () => {
  test('reads codes, lists of codes and several actions', () => {
    expect(parseReplyCodeActions('E#FILE_EXISTS=S, (E*refused,X)=RW,E=F')).toEqual([
      { on: 'E', code: 'FILE_EXISTS', actions: ['S'] },
      { on: 'E', text: 'refused', actions: ['R', 'W'] },
      { on: 'X', actions: ['R', 'W'] },
      { on: 'E', actions: ['F'] },
    ]);
  });

  test.each(['E', 'E=Q', 'Z=F', 'E#=F', '=F'])('says what is wrong with %s', (text) => {
    expect(() => parseReplyCodeActions(text)).toThrow(
      /expected code=actions|actions are letters|a code is/,
    );
  });
});

describe('actionsFor', () => {
  const rules = parseReplyCodeActions('E=W,E#FILE_EXISTS=S,E*refused=R,X=D,E=F');

  test('takes the first rule that decides, from left to right; a warning never decides', () => {
    expect(actionsFor(rules, exists)).toEqual({ isWarning: true, actions: ['S'] });
    expect(actionsFor(rules, refused)).toEqual({ isWarning: true, actions: ['R'] });
    expect(actionsFor(rules, new Error('other'))).toEqual({ isWarning: true, actions: ['F'] });
    expect(actionsFor(rules, undefined)).toEqual({ isWarning: false, actions: ['D'] });
  });

  test('a warning alone lets the message be completed', () => {
    expect(actionsFor(parseReplyCodeActions('E=W'), exists).actions).toEqual(['C']);
  });

  test('by default an error fails and nothing returned is fine', () => {
    expect(actionsFor(defaultReplyCodeActions, exists).actions).toEqual(['F']);
    expect(actionsFor(defaultReplyCodeActions, undefined).actions).toEqual(['C']);
  });

  test('an error that no rule knows fails', () => {
    expect(actionsFor(parseReplyCodeActions('E#FILE_EXISTS=C'), refused).actions).toEqual(['F']);
  });
});
