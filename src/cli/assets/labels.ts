/** Labels on the command line. */
import { UsageError } from '../exit-code.ts';

/** Collects the values of an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] = []) => [...before, value];

/**
 * Parses labels. Their names have neither `=` nor `:`.
 *
 * @throws UsageError if a text is neither `name=value` nor `name:value`
 */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.search(/[=:]/);
      if (at < 1) throw new UsageError(`--label ${text}: write it as name=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
