/**
 * Says why a text cannot be the name of a host, undefined when it can.
 * The rules are those of IRIS for configuration items, and no control characters.
 */
export function hostNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '*') return '* means all hosts';
  const refused = /[|;,:[<>\\/&"]/.exec(name)?.[0];
  if (refused !== undefined) return `it contains ${refused}`;
  if (/\p{Cc}/u.test(name)) return 'it contains a control character';
  if (/^\s|\s$/.test(name)) return 'it begins or ends with a space';
  const edge = /^[!$._]|[!$.]$/.exec(name)?.[0];
  if (edge !== undefined) return `it ${name.startsWith(edge) ? 'begins' : 'ends'} with ${edge}`;
  return undefined;
}
