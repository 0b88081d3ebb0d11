/** Loads the codec of an administrator, which encrypts or compresses all payloads before they reach Temporal. */
import { pathToFileURL } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { ConfigError } from '../lib/settings/config-error.ts';
import { builtFile } from './built-file.ts';

/**
 * Loads a module that exports `payloadCodec`. With a codec, messages of failures are payloads, too.
 *
 * @param path Absolute.
 * @throws {ConfigError} When the module cannot be loaded, or exports no codec.
 */
export async function loadDataConverter(path: string): Promise<DataConverter> {
  const fail = (what: string, cause?: unknown): never => {
    throw new ConfigError(`DARKROOM_PAYLOAD_CODEC="${path}": ${what}`, { cause });
  };
  const module = await import(pathToFileURL(path).href).catch((error: unknown) =>
    fail(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error),
  );
  const { payloadCodec } = module as { payloadCodec?: unknown };
  if (!isCodec(payloadCodec))
    return fail('must export `payloadCodec`, an object with the methods encode and decode');
  return { payloadCodecs: [payloadCodec], failureConverterPath };
}

/** The SDK loads it by its path. */
const failureConverterPath = builtFile('src/temporal/failure-converter.js');

function isCodec(value: unknown): value is PayloadCodec {
  const { encode, decode } = (value ?? {}) as Record<string, unknown>;
  return typeof encode === 'function' && typeof decode === 'function';
}
