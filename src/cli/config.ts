/** `darkroom config`: prints every setting with its value in this environment and its description. */
import { defaultText, readConfig } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import type { Setting } from '../lib/settings/setting.ts';

export function printConfig(): void {
  readConfig();
  const dataDir = process.env['DARKROOM_DATA'] || settings.DARKROOM_DATA.default;
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const text = process.env[name];
    const value = text
      ? setting.secret
        ? '(set)'
        : text
      : `${defaultText(setting, dataDir) || 'none'} (default)`;
    console.log(`${name}\n    ${value}\n    ${setting.description}`);
  }
}
