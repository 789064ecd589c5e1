import { bullBoardPath } from '../bull-board.ts';
import { html, type Html } from './html.ts';

/** Writes the whole page around its content. */
export function renderPage(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Consort</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/page.css" />
        <script type="module" src="/assets/page.js"></script>
      </head>
      <body>
        <p id="connection" role="status" hidden></p>
        <noscript
          ><p class="note idle">
            Without scripts this page stays as it is; reload it to see more.
          </p></noscript
        >
        <main id="content">${content}</main>
        <footer>
          <p>
            <a href="${bullBoardPath}">Queues in Redis (bull-board)</a>: Redis holds wake-ups only,
            which may be lost and are made again. The counts of record are on this page.
          </p>
          <p><a href="/api/status">This page as JSON</a></p>
        </footer>
      </body>
    </html> `.text;
}
