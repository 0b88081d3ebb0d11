/** A browser for tests of pages: Debian's Chromium, without a word to anyone outside. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Throws, and says what to install, where there is none. `webGl`: renders 3D in software. */
export function launchChromium({ webGl = false } = {}): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('Tests of pages need Chromium on the PATH: apt-get install chromium');
  }
  return chromium.launch({
    executablePath: found,
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
}
