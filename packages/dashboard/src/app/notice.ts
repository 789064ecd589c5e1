import { html, type Html } from './html.ts';

/** Writes a page that needs no script: it says one thing, and looks again by itself. */
export function notice(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="refresh" content="5" />
        <title>${title} · Consort</title>
        <link rel="stylesheet" href="/notice.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `.text;
}

/** The style sheet of notices. */
export const noticeStyle = `:root {
  color-scheme: light dark;
}

body {
  max-width: 44rem;
  margin: 4rem auto;
  padding: 0 1.5rem;
  background: light-dark(#f4f6f9, #12151a);
  color: light-dark(#171c24, #e6eaf0);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}

h1 {
  font-size: 1.5rem;
}

a {
  color: light-dark(#1557a6, #7ab3f5);
}
`;
