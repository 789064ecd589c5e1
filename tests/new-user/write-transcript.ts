import type { Happening } from './terminal.ts';

/** Of what a command said, as many lines are shown. */
const most = 30;

/** The page of what a user typed and saw, in Markdown; dates and the folders of this run are left out. */
export function writeTranscript(
  introduction: string,
  happenings: readonly Happening[],
  home: string,
): string {
  const parts = happenings.map((happening) => {
    if ('heading' in happening) return `## ${happening.heading}\n\n${happening.text}\n`;
    if ('typed' in happening) return command(happening, home);
    return edit(happening);
  });
  return [introduction, ...parts].join('\n');
}

type Typed = Extract<Happening, { readonly typed: string }>;

function command({ typed, said, seconds }: Typed, home: string): string {
  const text = plain(said, home);
  const shown =
    typed === '' ? text : [`$ ${plain(typed, home)}`, ...(text === '' ? [] : [text])].join('\n');
  const where = typed === '' ? 'The terminal of `npm run dev` shows, after' : 'Took';
  return `${where} ${seconds.toFixed(1)} s:\n\n\`\`\`console\n${shown}\n\`\`\`\n`;
}

function edit({ file, removed, added }: Extract<Happening, { readonly file: string }>): string {
  const kept = added.startsWith(removed) ? removed.split('\n') : [];
  const gone = kept.length > 0 ? [] : removed.split('\n').map((line) => `- ${line}`);
  const come = added
    .split('\n')
    .slice(kept.length)
    .map((line) => `+ ${line}`);
  const lines = [...kept.map((line) => `  ${line}`), ...gone, ...come];
  return `In \`${file}\`:\n\n\`\`\`diff\n${lines.join('\n')}\n\`\`\`\n`;
}

/** Without what is another one each time, and not longer than is read. */
function plain(text: string, home: string): string {
  const lines = text
    .replaceAll(home, '~')
    .replaceAll(/redis\+unix:\S+/g, 'redis+unix:///…/redis.sock')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?/g, 'DATE TIME')
    .replaceAll(/\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE TIME')
    .replaceAll(/^\d\d:\d\d:\d\d /gm, 'TIME ')
    .split('\n')
    .map((line) => line.trimEnd());
  const said = lines
    .join('\n')
    .replace(/^\n+|\n+$/g, '')
    .split('\n');
  if (said.length <= most) return said.join('\n');
  return [...said.slice(0, most - 1), `… ${said.length - most + 1} more lines`].join('\n');
}
