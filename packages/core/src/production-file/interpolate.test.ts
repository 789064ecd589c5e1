import { expect, test } from 'vitest';
import { interpolate } from './interpolate.ts';

const environment = { SET: 'value', EMPTY: '', PORT: '2010', DOLLAR: '${SET}' };

test.each([
  ['nothing to do', 'nothing to do'],
  ['${SET}', 'value'],
  ['a ${SET} b ${PORT}', 'a value b 2010'],
  ['${EMPTY}', ''],
  ['${SET:-default}', 'value'],
  ['${EMPTY:-default}', 'default'],
  ['${EMPTY-default}', ''],
  ['${UNSET:-default}', 'default'],
  ['${UNSET-default}', 'default'],
  ['${UNSET:-}', ''],
  ['${UNSET:-a b:c-d?e}', 'a b:c-d?e'],
  ['${UNSET:-${SET}}', 'value'],
  ['${UNSET:-${ALSO_UNSET:-x${PORT}}}y', 'x2010y'],
  ['${SET:?must be set}', 'value'],
  ['${EMPTY?must be set}', ''],
  ['$$', '$'],
  ['$${SET}', '${SET}'],
  ['$$$$', '$$'],
  ['${UNSET:-$$}', '$'],
  ['${DOLLAR}', '${SET}'],
  ['}{', '}{'],
])('%s becomes %s', (text, expected) => {
  const { text: result, problems } = interpolate(text, environment);
  expect(problems).toEqual([]);
  expect(result).toBe(expected);
});

test.each([
  ['${UNSET}', '${UNSET}', 'UNSET is not set'],
  ['a ${UNSET} b', '${UNSET}', 'UNSET is not set'],
  ['${UNSET:?say why}', '${UNSET:?say why}', 'UNSET must be set: say why'],
  ['${EMPTY:?}', '${EMPTY:?}', 'EMPTY must be set'],
  ['${UNSET?}', '${UNSET?}', 'UNSET must be set'],
  ['${UNSET:-${ALSO_UNSET}}', '${ALSO_UNSET}', 'ALSO_UNSET is not set'],
  ['${toString}', '${toString}', 'toString is not set'],
  ['${}', '${}', 'not understood'],
  ['${1A}', '${1A}', 'not understood'],
  ['${SET:+other}', '${SET:+other}', 'not understood'],
  ['${SET', '${', 'no }'],
  ['$SET', '$SET', 'write ${SET}'],
  ['5$', '$', 'write $$'],
])('%s is refused', (text, expression, message) => {
  const { problems } = interpolate(text, environment);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.expression).toBe(expression);
  expect(problems[0]!.message).toContain(message);
});

test('every variable that is missing is named', () => {
  const { problems } = interpolate('${A} ${B} ${SET}', environment);
  expect(problems.map(({ expression }) => expression)).toEqual(['${A}', '${B}']);
});

test.each([
  ['${SET}', true, true],
  ['${UNSET:-x}', true, false],
  ['${SET} ', false, true],
  ['${SET}${SET}', false, true],
  ['$$', false, false],
])('%s is a whole variable: %s, and from the environment: %s', (text, whole, fromEnvironment) => {
  expect(interpolate(text, environment)).toMatchObject({ whole, fromEnvironment });
});
