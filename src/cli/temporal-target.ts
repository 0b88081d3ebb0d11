/** The Temporal server of this process, and how it encodes payloads. */
import type { Config } from '../config/config.ts';
import { embeddedTarget, type TemporalTarget, targetFromEnvironment } from '../temporal/connection.ts';
import { loadDataConverter } from '../temporal/payload-codec.ts';

/** Default address of the embedded Temporal server. `darkroom serve` uses another port if this one is taken. */
const EMBEDDED_ADDRESS = '127.0.0.1:7233';

/**
 * @param address Of the embedded server, if it is the one. A worker gets it from `darkroom serve`, whatever the environment says.
 * @throws {ConfigError} When the payload codec cannot be loaded.
 * @throws An error of Temporal's configuration when its profile is invalid.
 */
export async function findTarget(
  { embedded, DARKROOM_PAYLOAD_CODEC: codec }: Pick<Config, 'embedded' | 'DARKROOM_PAYLOAD_CODEC'>,
  address: string | null = embedded ? EMBEDDED_ADDRESS : null,
): Promise<TemporalTarget> {
  const target = address === null ? targetFromEnvironment() : embeddedTarget(address);
  return codec === null ? target : { ...target, dataConverter: await loadDataConverter(codec) };
}
