import type { EngineError } from '@consort/core';
import { html, type Html } from './html.ts';

/** Writes the page's content when there is nothing to show: the record does not answer. */
export function renderUnreadable({ code, message }: EngineError): Html {
  return html`
    <h1>The record cannot be read</h1>
    <div class="note bad">
      <p><code>${code}</code> <bdi>${message}</bdi></p>
      <p>The page shows the counts again by itself as soon as the record answers.</p>
    </div>
  `;
}
