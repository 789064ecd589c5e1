import type { Locator } from 'playwright-core';

/** Waits until a text stands somewhere in a part of the page. @throws what the page shows in its place */
export async function stands(part: Locator, text: string): Promise<void> {
  try {
    await part.filter({ hasText: text }).first().waitFor();
  } catch (error) {
    const shown = await part
      .allInnerTexts()
      .then((all) => all.join('\n'))
      .catch(() => 'nothing');
    throw new Error(`"${text}" does not come; there stands: ${shown.slice(0, 2000)}`, {
      cause: error,
    });
  }
}
