/**
 * Decodes what raw responses of Temporal contain, with the payload codec if there is one. The client of the SDK decodes only what it
 * offers itself. The only file that imports an internal path of the SDK.
 */
import type { Client } from '@temporalio/client';
import {
  decodeFromPayloadsAtIndex,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { temporal } from '@temporalio/proto';

type Payload = temporal.api.common.v1.IPayload;

/** A client of the SDK, or what stands for one. */
type Decoder = Pick<Client, 'options'>;

export const decodePayload = <T>({ options }: Decoder, payload: Payload): Promise<T> =>
  decodeFromPayloadsAtIndex<T>(options.loadedDataConverter, 0, [payload]);

export const decodePayloads = async (
  { options }: Decoder,
  payloads: Record<string, Payload> | null | undefined,
): Promise<Record<string, unknown>> =>
  (await decodeMapFromPayloads(options.loadedDataConverter, payloads)) ?? {};

/** Returns the message of a failure. */
export async function decodeFailureMessage(
  { options }: Decoder,
  failure: temporal.api.failure.v1.IFailure,
): Promise<string> {
  const error = await decodeOptionalFailureToOptionalError(options.loadedDataConverter, failure);
  return error?.message ?? '';
}
