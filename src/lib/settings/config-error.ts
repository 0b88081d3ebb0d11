/** A setting or an installation that cannot be used. The message names the variable and says what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
