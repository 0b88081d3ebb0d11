/** Reads the configuration from the environment, once, at start. */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { authenticationProblems } from '../auth/settings.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { formatAddress, isLoopback, localUrl } from '../lib/settings/listen-address.ts';
import type { Setting } from '../lib/settings/setting.ts';
import { dedupeIssues } from '../lib/zod-messages.ts';
import { settings } from './settings.ts';

type Settings = typeof settings;
type Values = { [Name in keyof Settings]: z.output<Settings[Name]['schema']> };

/** The value of every setting, and what follows from them. */
export interface Config extends Values {
  /** Whether darkroom runs its own Temporal server: neither TEMPORAL_ADDRESS nor TEMPORAL_PROFILE is set. */
  readonly embedded: boolean;
  /** Temporal's Web UI: served by darkroom, none, or its address without a slash at the end. */
  readonly temporalUi: 'serve' | 'none' | (string & {});
  /** Whether callbacks may reach this machine: the server listens on loopback only, and DARKROOM_ALLOW_NETWORKS is unset. */
  readonly allowsLocalCallbacks: boolean;
  /** Address at which clients know the server, without a slash at the end. */
  readonly publicUrl: string;
  /** Address at which this machine reaches the server. */
  readonly localUrl: string;
  /** DARKROOM_ variables that are no settings, such as misspelt ones. */
  readonly unknown: readonly string[];
}

/** DARKROOM_ variables that are read where they are used: by client commands, and the search for Temporal's binary. */
const otherVariables = [
  'DARKROOM_URL',
  'DARKROOM_SERVER',
  'DARKROOM_TOKEN',
  'DARKROOM_WEBHOOK_SECRET',
  'DARKROOM_TEMPORAL_DOWNLOAD_URL',
];

/**
 * Reads all settings. An empty variable counts as unset.
 *
 * @param options.listens False for processes without a port, such as workers: authentication settings are not checked.
 * @throws {ConfigError} Lists every invalid variable with its value and what was expected.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, { listens = true } = {}): Config {
  const problems: string[] = [];
  const dataDir = resolve(env['DARKROOM_DATA'] || settings.DARKROOM_DATA.default);
  const entries = Object.entries(settings).map(([name, setting]) => {
    const text = env[name] || defaultText(setting, dataDir);
    const parsed = setting.schema.safeParse(text);
    for (const issue of dedupeIssues(parsed.error?.issues ?? []))
      problems.push(`${name}="${text}": ${issue.message}`);
    return [name, parsed.data];
  });
  const values = Object.fromEntries(entries) as Values;
  if (problems.length === 0 && listens) problems.push(...authenticationProblems(values));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const [firstAddress] = values.DARKROOM_LISTEN;
  if (!firstAddress) throw new ConfigError('DARKROOM_LISTEN names no address');
  const embedded = !env['TEMPORAL_ADDRESS'] && !env['TEMPORAL_PROFILE'];
  return {
    ...values,
    embedded,
    temporalUi: (values.DARKROOM_TEMPORAL_UI || (embedded ? 'serve' : 'none')).replace(/\/+$/, ''),
    allowsLocalCallbacks:
      listens &&
      env['DARKROOM_ALLOW_NETWORKS'] === undefined &&
      values.DARKROOM_LISTEN.every(({ host }) => isLoopback(host)),
    unknown: Object.keys(env).filter(
      (name) =>
        name.startsWith('DARKROOM_') && !Object.hasOwn(settings, name) && !otherVariables.includes(name),
    ),
    localUrl: localUrl(firstAddress),
    publicUrl: (values.DARKROOM_PUBLIC_URL || `http://${formatAddress(firstAddress)}`).replace(/\/+$/, ''),
  };
}

/** Returns the default of a setting as it would stand in the environment. */
export const defaultText = ({ default: text }: Setting, dataDir: string): string =>
  typeof text === 'string' ? text : text(dataDir);
