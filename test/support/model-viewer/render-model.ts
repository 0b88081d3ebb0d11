/** What a 3D model looks like in a browser, as three.js loads it. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';

const three = dirname(dirname(createRequire(import.meta.url).resolve('three')));
const viewer = fileURLToPath(new URL('./index.html', import.meta.url));

/** Nobody has this name: all that the page asks for is answered here. */
const origin = 'http://viewer.invalid';

type Triple = readonly [number, number, number];

export interface RenderedModel {
  readonly png: Buffer;
  readonly facts: {
    readonly meshes: number;
    readonly triangles: number;
    readonly hasUvs: boolean;
    readonly hasNormals: boolean;
    /** In pixels, of each mesh; null where it has none. */
    readonly textures: readonly ({ width: number; height: number } | null)[];
    readonly box: { readonly min: Triple; readonly max: Triple };
  };
}

/**
 * Loads `file` (.obj or .glb, a path below `folder`) with all that it refers to, and takes a picture of `size` pixels a side from the
 * direction `from`, y up. Throws when anything that belongs to it cannot be loaded, or the browser complains.
 */
export async function renderModel(
  browser: Browser,
  folder: string,
  file: string,
  { from = [0, 0, 1] as Triple, size = 600 } = {},
): Promise<RenderedModel> {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route('**/*', async (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname);
    const found = path === '/' ? viewer : pathOf(folder, path);
    if (found === undefined) await route.fulfill({ status: 404 });
    else await route.fulfill({ path: found }).catch(() => route.fulfill({ status: 404 }));
  });
  try {
    await page.goto(`${origin}/`);
    await page.waitForFunction('window.show');
    const facts: RenderedModel['facts'] = await page.evaluate(
      `window.show(${JSON.stringify(`/model/${file}`)}, ${JSON.stringify(from)})`,
    );
    const png = await page.screenshot();
    const serious = complaints.filter((text) => !text.includes('GPU stall due to ReadPixels'));
    if (serious.length > 0) throw new Error(`The browser complains: ${serious.join('; ')}`);
    return { png, facts };
  } finally {
    await page.close();
  }
}

function pathOf(folder: string, path: string): string | undefined {
  if (path.startsWith('/three/')) return join(three, path.slice('/three/'.length));
  if (path.startsWith('/model/')) return join(folder, path.slice('/model/'.length));
  return undefined;
}
