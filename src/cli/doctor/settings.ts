import { type Config, readConfig } from '../../config/config.ts';
import { ConfigError } from '../../lib/settings/config-error.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Checks the settings. `config` is null if they are invalid, and then nothing else can be checked. */
export function checkSettings(): { config: Config | null; findings: Finding[] } {
  try {
    const config = readConfig();
    const unknown = config.unknown.map((name) =>
      warning(
        'settings',
        `${name} is not a setting of this version`,
        'Check the spelling; "darkroom config" lists all settings',
      ),
    );
    return { config, findings: unknown.length > 0 ? unknown : [ok('settings', 'valid')] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.message
      .split('\n')
      .map((line) => broken('settings', line, 'Change or unset the variable; see "darkroom config"'));
    return { config: null, findings };
  }
}
