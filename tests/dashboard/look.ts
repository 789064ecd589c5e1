import { mkdir } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { root } from '../house/root.ts';

/** The window of a desk, and that of a telephone. */
export const wide = { width: 1280, height: 860 } as const;
export const narrow = { width: 390, height: 844 } as const;

/** What keeps people from using the page, by axe's rules (WCAG 2.2). */
export async function faults(page: Page): Promise<readonly string[]> {
  return inWords(new AxeBuilder({ page }));
}

/** Of the rules only those that another colour scheme can break. */
export async function faultsOfColour(page: Page): Promise<readonly string[]> {
  return inWords(new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']));
}

/** Resolves when nothing is read any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.waiting').first().waitFor({ state: 'detached' });
  // Two frames: what has come is drawn.
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
}

/** Keeps a picture of the page in docs/screenshots, where CONSORT_SCREENSHOTS=1 asks for it. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (process.env['CONSORT_SCREENSHOTS'] !== '1') return;
  await mkdir(root('docs/screenshots'), { recursive: true });
  await page.screenshot({ path: root(`docs/screenshots/${name}.png`) });
}

async function inWords(axe: AxeBuilder): Promise<readonly string[]> {
  // Without it the results are gathered in another page, which takes as long as the rest: for frames of other origins.
  const { violations } = await axe.setLegacyMode().analyze();
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${impact} ${id}: ${target.join(' ')} ${failureSummary}`,
    ),
  );
}
