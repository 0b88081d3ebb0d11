/** `darkroom keys`: creates, lists and revokes API keys. It writes to the object store directly, so the first key needs no key. */
import { type Command, Option } from 'commander';
import { type ApiKey, isExpired, parseKey } from '../auth/api-key.ts';
import { DEFAULT_ROLE, type Role, roles } from '../auth/roles.ts';
import { isTenant, TENANT_RULE } from '../auth/tenant.ts';
import { openKeys } from '../compose-store.ts';
import { type Config, readConfig } from '../config/config.ts';
import { formatAge } from '../lib/units.ts';
import type { ApiKeyStore } from '../storage/api-keys.ts';
import { recordCommand } from './audit.ts';
import { printJson, say } from './connection.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { exitCodes, UsageError } from './exit-code.ts';
import { readTime } from './parse-time.ts';
import { columns } from './terminal/columns.ts';

interface CreateOptions {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly expires?: string;
  readonly json?: boolean;
}

const JSON_OPTION = ['--json', 'print one JSON document on stdout, and nothing else'] as const;
const MAX_NAME_LENGTH = 100;

export function define(command: Command): void {
  command
    .command('create')
    .description('create a key and print it once; only its digest is stored')
    .requiredOption('--tenant <name>', 'tenant of the key; "public" is the tenant without authentication')
    .requiredOption('--name <text>', 'purpose, such as the program that uses it')
    .addOption(new Option('--role <role>', 'what the key may do').choices(roles).default(DEFAULT_ROLE))
    .option('--expires <time>', 'expiry: 12h, 90d, or a date; default: never')
    .option(...JSON_OPTION)
    .action(create);
  command
    .command('list')
    .description('list all keys, without secrets')
    .option(...JSON_OPTION)
    .action(list);
  command
    .command('revoke')
    .argument('<key-id>', 'the key id, or the whole key')
    .description('revoke a key; APIs reject it within seconds')
    .action(revoke);
}

async function create({ tenant, name, role, expires, json }: CreateOptions): Promise<void> {
  if (!isTenant(tenant)) throw new UsageError(`--tenant ${tenant}: must be ${TENANT_RULE}`);
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name))
    throw new UsageError(`--name: must be a text of 1 to ${MAX_NAME_LENGTH} characters on one line`);
  const config = readStoreConfig();
  const { key, written } = await (await openKeyStore(config)).create({
    tenant,
    name,
    role,
    expires_at:
      expires === undefined ? null : readTime('--expires', expires, 'future', '12h, 90d').toISOString(),
  });
  const detail = `role ${role}, ${key.expires_at === null ? 'no expiry' : `until ${key.expires_at}`}: ${name}`;
  await recordCommand(config, { action: 'keys.create', tenant, target: key.id, detail });
  if (json) printJson({ ...withoutDigest(key), key: written });
  else console.log(written);
  const until = key.expires_at === null ? '' : `, until ${key.expires_at}`;
  say(`Key ${key.id} of tenant ${tenant}, role ${role}${until}. Store it now: it is not shown again.`);
  adviseSetting(config);
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const config = readStoreConfig();
  const keys = await (await openKeyStore(config)).list();
  if (json) return printJson({ keys: keys.map(withoutDigest) });
  if (keys.length === 0) return say('No keys; "darkroom keys create" creates one');
  const rows = keys.map((key) => [
    key.id,
    key.tenant,
    key.name,
    key.role,
    formatAge(Date.parse(key.created_at)),
    isExpired(key) ? { text: 'expired', colour: 'red' as const } : (key.expires_at ?? 'never'),
  ]);
  console.log(columns([['ID', 'TENANT', 'NAME', 'ROLE', 'CREATED', 'EXPIRES'], ...rows]));
  adviseSetting(config);
}

async function revoke(text: string): Promise<void> {
  const id = parseKey(text)?.id ?? text;
  const config = readStoreConfig();
  const key = /^[0-9a-f]{12}$/.test(id) ? await (await openKeyStore(config)).revoke(id) : null;
  if (!key) {
    say(`darkroom: There is no such key; "darkroom keys list" shows all keys`);
    process.exitCode = exitCodes.notFound;
    return;
  }
  await recordCommand(config, { action: 'keys.revoke', tenant: key.tenant, target: id, detail: key.name });
  say(
    `Key ${id} of tenant ${key.tenant} (${key.name}) is revoked; running APIs accept it for up to 5 more seconds`,
  );
}

async function openKeyStore(config: Config): Promise<ApiKeyStore> {
  await prepareDataDirectory(config);
  return openKeys(config);
}

const readStoreConfig = (): Config => readConfig(process.env, { listens: false });

const withoutDigest = ({ sha256: _, ...key }: ApiKey) => key;

function adviseSetting({ DARKROOM_AUTH }: Config): void {
  if (DARKROOM_AUTH.includes('keys')) return;
  say('The server does not require keys with these settings: set DARKROOM_AUTH=keys');
}
