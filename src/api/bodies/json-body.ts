/** JSON in the bodies of requests. */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { requireIdentity } from './content-encoding.ts';
import { isForm, mediaTypeOf } from './media-type.ts';

const ANY_JSON = /^application\/(?:[\w.-]+\+)?json$/;

/** Throws unsupported_media_type, with this sentence, unless the request says that its body is JSON. */
function requireJson(c: Context, refusal: string, types: RegExp): void {
  requireIdentity(c.req.header('content-encoding'));
  if (types.test(mediaTypeOf(c))) return;
  throw new DarkroomError('unsupported_media_type', refusal);
}

/** The body of a request. Throws unsupported_media_type, malformed_json. */
export async function jsonBody(c: Context, refusal: string, types = ANY_JSON): Promise<unknown> {
  requireJson(c, refusal, types);
  return parseJson(textOf(await c.req.arrayBuffer()), 'The body');
}

/** Likewise; undefined when there is no body, of whatever type. */
export async function optionalJsonBody(c: Context, refusal: string): Promise<unknown> {
  // The body of a form is not limited, so it must not be read to see whether there is any.
  if (!isForm(c) && (await c.req.arrayBuffer()).byteLength === 0) return undefined;
  return jsonBody(c, refusal);
}

/** JSON is UTF-8 (RFC 8259). In another charset, letters of names and addresses would be lost without a word. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DarkroomError('malformed_json', 'The body is not UTF-8, as JSON has to be', { cause });
  }
}

/** `what`: the subject of the sentence that tells of a mistake. Throws malformed_json. */
export function parseJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be parsed';
    throw new DarkroomError('malformed_json', `${what} is not valid JSON: ${why}`);
  }
  if (isDeeperThan(MAX_DEPTH, value))
    throw new DarkroomError('malformed_json', `${what} nests its values more than ${MAX_DEPTH} deep`);
  return value;
}

/** Whatever walks through it later may call itself for each level. */
const MAX_DEPTH = 100;

function isDeeperThan(limit: number, value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** The type of a body, as a refusal names it. */
export function sentType(c: Context): string {
  const type = mediaTypeOf(c);
  return type === '' ? 'no content type' : `"${type}"`;
}
