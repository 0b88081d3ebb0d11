/**
 * The settings as they are in this environment. Parsed and checked once, at start; an error names the variable, what it held
 * and what was expected. An empty variable means unset.
 */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { dedupeIssues } from '../lib/zod-messages.ts';
import { authenticationProblems } from './authentication.ts';
import { type Setting, settings } from './settings.ts';

type Settings = typeof settings;
type Raw = { [Name in keyof Settings]: z.output<Settings[Name]['schema']> };

export interface Config extends Raw {
  /** True without TEMPORAL_ADDRESS (or a Temporal profile): darkroom runs its own Temporal server. */
  readonly embedded: boolean;
  readonly publicUrl: string;
  /** Variables that look like settings and are none: worth a warning, likely a slip. */
  readonly unknown: readonly string[];
}

/** A setting that cannot be used; its message names the variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the settings. Throws ConfigError that lists everything wrong at once. `listens`: false where nobody can call, such as
 * in a worker, so that who may does not matter.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, { listens = true } = {}): Config {
  const problems: string[] = [];
  const dataDir = resolve(env['DARKROOM_DATA'] || settings.DARKROOM_DATA.fallback);
  const entries = Object.entries(settings).map(([name, setting]) => {
    const { fallback } = setting as Setting;
    const text = env[name] || (typeof fallback === 'string' ? fallback : fallback(dataDir));
    const parsed = setting.schema.safeParse(text);
    for (const issue of dedupeIssues(parsed.error?.issues ?? []))
      problems.push(`${name}="${text}": ${issue.message}`);
    return [name, parsed.data];
  });
  const raw = Object.fromEntries(entries) as Raw;
  if (problems.length === 0 && listens) problems.push(...authenticationProblems(raw));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const [first] = raw.DARKROOM_LISTEN;
  if (!first) throw new ConfigError('DARKROOM_LISTEN names no address');
  const host = first.host.includes(':') ? `[${first.host}]` : first.host;
  return {
    ...raw,
    embedded: !env['TEMPORAL_ADDRESS'] && !env['TEMPORAL_PROFILE'],
    unknown: Object.keys(env).filter(
      (name) => name.startsWith('DARKROOM_') && !Object.hasOwn(settings, name) && !elsewhere.includes(name),
    ),
    publicUrl: (raw.DARKROOM_PUBLIC_URL || `http://${host}:${first.port}`).replace(/\/+$/, ''),
  };
}

/** Variables of ours that are read where they are used: by the client, the search for Temporal's binary, and an engine. */
const elsewhere = [
  'DARKROOM_URL',
  'DARKROOM_TOKEN',
  'DARKROOM_TEMPORAL_DOWNLOAD_URL',
  'DARKROOM_GUESTPROBE_SANDBOX',
];
