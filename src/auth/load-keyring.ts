/** Loads the master keys from the configuration or the data directory. */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../lib/make-directory.ts';
import { ConfigError } from '../lib/settings/config-error.ts';
import { KEY_BYTES, Keyring } from './keyring.ts';

/**
 * Loads the master keys: those given, or the one in the data directory, which is generated at first use.
 *
 * @throws {ConfigError} When a given key is invalid, or the directory cannot be written.
 */
export async function loadKeyring(given: readonly string[], dataDir: string): Promise<Keyring> {
  const texts = given.length > 0 ? given : [await readOrCreateKey(join(dataDir, 'keys', 'master.key'))];
  const [first, ...rest] = texts.map(decode);
  if (!first) throw new ConfigError('DARKROOM_MASTER_KEY contains no key');
  return new Keyring([first, ...rest]);
}

function decode(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new ConfigError('DARKROOM_MASTER_KEY must be 32 bytes in base64: openssl rand -base64 32');
  }
  return key;
}

/** Writes a temporary file and links it into place: of two processes that start at once, both use the same key. */
async function readOrCreateKey(path: string): Promise<string> {
  const existing = await readFile(path, 'utf8').catch(() => null);
  if (existing !== null) return existing.trim();
  await makeDirectory(dirname(path), 'DARKROOM_DATA', 0o700);
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'w', 0o600);
  await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
  await file.sync();
  await file.close();
  await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(temporary);
  return (await readFile(path, 'utf8')).trim();
}
