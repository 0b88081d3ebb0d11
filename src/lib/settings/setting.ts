/** The shape of a setting. Each area defines its settings in a file `settings.ts`; `src/config/settings.ts` merges them. */
import type { z } from 'zod';

/** One environment variable. */
export interface Setting {
  /** Parses the text of the variable. Its messages continue the sentence "NAME="TEXT": …". */
  readonly schema: z.ZodType;
  /** The text that counts when the variable is unset; a function gets the data directory. */
  readonly default: string | ((dataDir: string) => string);
  /** The default in words, if its text is empty or depends on the machine. */
  readonly defaultMeaning?: string;
  /** One line for `darkroom config` and docs/configuration.md. Markdown: names and values are code. */
  readonly description: string;
  /** `darkroom config` does not print the value. */
  readonly secret?: true;
}

/**
 * Defines the settings of an area.
 *
 * @example
 * export const settings = defineSettings({
 *   DARKROOM_IO_SLOTS: { schema: positiveInteger, default: '50', description: 'downloads at once' },
 * });
 */
export const defineSettings = <const S extends Readonly<Record<`DARKROOM_${string}`, Setting>>>(
  settings: S,
): S => settings;

/** The parsed values of settings, by variable. */
export type SettingValues<S extends Readonly<Record<string, Setting>>> = {
  readonly [Name in keyof S]: z.output<S[Name]['schema']>;
};
