/** Faults of accessibility that axe finds on a page. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Results {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Returns the rules that the page breaks, each with the first element that does. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Results>('axe.run({ iframes: false })');
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
