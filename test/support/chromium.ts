/** A browser for tests of pages: Debian's Chromium, without a word to anyone outside. */
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../scripts/find-chromium.ts';

/** Milliseconds for its start, and for what a test waits for on a page: 30,000 by default, which a busy machine may need. */
const PATIENCE_MS = 120_000;

/** Throws, and says what to install, where there is none. `webGl`: renders 3D in software. */
export async function launchChromium({ webGl = false } = {}): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    timeout: PATIENCE_MS,
    args: [
      '--no-sandbox',
      ...(webGl ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'] : ['--disable-gpu']),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}
