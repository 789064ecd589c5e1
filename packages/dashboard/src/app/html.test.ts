import { describe, expect, test } from 'vitest';
import { html } from './html.ts';

describe('html', () => {
  test('escapes text in content and in attributes', () => {
    const title = `<script>alert("1")</script> & 'more'`;
    expect(html`<a title="${title}">${title}</a>`.text).toBe(
      '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;">' +
        '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</a>',
    );
  });

  test('keeps what was written with it, alone or in a list, and leaves out what is undefined', () => {
    const words = ['a', '<b>'].map((word) => html`<i>${word}</i>`);
    expect(html`${words}${html`<br />`}${undefined}${0}`.text).toBe(
      '<i>a</i><i>&lt;b&gt;</i><br />0',
    );
  });

  test('shows characters that hide or turn around what stands beside them', () => {
    expect(html`${'\u202eEVIL\u0000\u200b\u001b[31m'}`.text).toBe(
      '\\u202eEVIL\\u0000\\u200b\\u001b[31m',
    );
  });
});
