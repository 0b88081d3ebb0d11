/** `darkroom config`: prints every setting with its value in this environment and its description. */
import { defaultText, readConfig } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import type { Setting } from '../lib/settings/setting.ts';

export function printConfig(): void {
  readConfig();
  const dataDir = process.env['DARKROOM_DATA'] || settings.DARKROOM_DATA.default;
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const text = process.env[name];
    const value = text ? (setting.secret ? '(set)' : text) : formatDefault(setting, dataDir);
    console.log(`${name}\n    ${value}\n    ${removeMarkup(setting.description)}`);
  }
}

/** Returns the default on this machine, and what it means. */
function formatDefault(setting: Setting, dataDir: string): string {
  const text = defaultText(setting, dataDir);
  const meaning = removeMarkup(setting.defaultMeaning ?? '');
  return text && meaning ? `${text} (default: ${meaning})` : `${text || meaning || 'none'} (default)`;
}

const removeMarkup = (text: string): string => text.replaceAll('`', '');
