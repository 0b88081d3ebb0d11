/** Opens a client of a server that the user names. */
import { type ClientOptions, createClient, type Darkroom } from '../client/client.ts';
import { UsageError } from './exit-code.ts';

/** @throws {UsageError} When `url` is not an HTTP address. */
export function openClient(options: ClientOptions): Darkroom {
  try {
    return createClient(options);
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
