/** What a template is filled with: texts for its `__NAMES__`, and the parts of it that are kept. */
export interface Filling {
  readonly texts: Readonly<Record<string, string>>;
  /** `receive dicom`: what stands between `# when receive dicom` and `# end` stays; other parts go. */
  readonly parts: readonly string[];
}

const begin = /^\s*(?:#|<!--) when ([a-z ]+?)(?: -->)?$/;
const end = /^\s*(?:#|<!--) end(?: -->)?$/;

/**
 * Fills a template: lines are kept or left out, then names are replaced. Nothing else happens to it.
 * @throws Error for a name that has no text: the template is at fault
 */
export function fillTemplate(template: string, { texts, parts }: Filling): string {
  let isKept = true;
  const lines = template.split('\n').filter((line) => {
    const part = begin.exec(line)?.[1];
    if (part !== undefined) isKept = parts.includes(part);
    else if (end.test(line)) isKept = true;
    else return isKept;
    return false;
  });
  return lines.join('\n').replace(/__([A-Z_]+?)__/g, (_, name: string) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`the template has __${name}__, which has no text`);
    return text;
  });
}
