/** The table of all settings in docs/configuration.md. */
import { settings } from '../../src/config/settings.ts';
import type { Setting } from '../../src/lib/settings/setting.ts';
import { renderTable } from './table.ts';

/** Returns the table, in the order of `darkroom config`. */
export const renderSettings = (): string =>
  renderTable(
    ['variable', 'default', 'meaning'],
    Object.entries<Setting>(settings).map(([name, setting]) => [
      `\`${name}\``,
      describeDefault(setting),
      setting.description,
    ]),
  );

/** Returns the default in Markdown. Paths are relative to the data directory. */
function describeDefault({ default: text, defaultMeaning }: Setting): string {
  if (defaultMeaning !== undefined) return defaultMeaning;
  const value = typeof text === 'string' ? text : text('$DARKROOM_DATA');
  return value === '' ? 'none' : `\`${value}\``;
}
