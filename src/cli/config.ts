/** `darkroom config`: the table of settings, as they are in this environment. */

import { readConfig } from '../config/config.ts';
import { settings } from '../config/settings.ts';

export function printConfig(): void {
  readConfig();
  const secret = new Set(['DARKROOM_MASTER_KEY']);
  for (const [name, { meaning, fallback }] of Object.entries(settings)) {
    const given = process.env[name];
    const standard =
      typeof fallback === 'function' ? fallback(process.env['DARKROOM_DATA'] || './data') : fallback;
    const value = given ? (secret.has(name) ? '(set)' : given) : `${standard || 'none'} (default)`;
    console.log(`${name}\n    ${value}\n    ${meaning}`);
  }
}
