/** JSON documents on stdout, as they are or through a jq filter. */
import { UsageError } from './exit-code.ts';

type Format = (json: string) => string;

let format: Format = (json) => json;

export const printJson = (document: unknown): void => {
  const text = format(JSON.stringify(document));
  if (text !== '') console.log(text);
};

/**
 * From now on, documents are printed through a filter of jq 1.8, strings without quotes.
 *
 * @throws UsageError if the filter is invalid
 */
export async function useJqFilter(filter: string): Promise<void> {
  // WebAssembly, of which only this option pays the start.
  const jq = await (await import('jq-web')).default;
  const run: Format = (json) => {
    try {
      return jq.raw(json, filter, ['-r', '-c'])?.replace(/\n$/, '') ?? '';
    } catch (error) {
      throw new UsageError(`--jq ${filter}: ${toFault(error)}`, { cause: error });
    }
  };
  format = run;
}

const toFault = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^Non-zero exit code: \d+\s*/, '').trim();
