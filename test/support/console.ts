/** The console in a browser, and all that it says, asks and is refused. */
import type { Browser, Page } from 'playwright-core';

export interface ConsoleTab {
  readonly page: Page;
  /** Requested addresses, in order. */
  readonly requestedUrls: string[];
  /** Scripts that failed, dialogs, breaches of the content security policy, and other complaints of the browser. */
  readonly complaints: string[];
  goTo(address: string): Promise<void>;
  close(): Promise<void>;
}

interface TabOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

/** A tab of its own, as if nobody had been here before. Answers of the API that are no success are no complaint. */
export async function openConsole(
  browser: Browser,
  url: string,
  { width = 1100, dark = false }: TabOptions = {},
): Promise<ConsoleTab> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const requestedUrls: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requestedUrls.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // 503: on a busy machine, Temporal may not answer in time. The second one comes from the viewer of PDFs.
    if (
      !/^(Failed to load resource: the server responded with a status of (4|503)|Slow network is detected)/.test(
        message.text(),
      )
    )
      complaints.push(message.text());
  });
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return {
    page,
    requestedUrls,
    complaints,
    goTo: async (address) => void (await page.goto(`${url}/${address}`)),
    close: () => context.close(),
  };
}
