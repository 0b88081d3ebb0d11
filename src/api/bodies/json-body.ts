/** JSON request bodies. */
import type { Context } from 'hono';
import { DarkroomError } from '../../errors.ts';
import { checkJson } from './check-json.ts';
import { isForm, parseMediaType } from './media-type.ts';

const ANY_JSON = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * Reads and parses the body of a request.
 *
 * @param wrongType the error message for a body of another media type
 * @param types the media types that are accepted
 * @throws unsupported_media_type, malformed_json; invalid_request for values that JavaScript would change
 */
export async function readJsonBody(c: Context, wrongType: string, types = ANY_JSON): Promise<unknown> {
  if (!types.test(parseMediaType(c.req.header('content-type'))))
    throw new DarkroomError('unsupported_media_type', wrongType);
  return parseJson(decodeUtf8(await c.req.arrayBuffer()), 'The body');
}

/** As `readJsonBody`; returns `{}` for an empty body of any media type: some clients declare JSON and send nothing. */
export async function readOptionalJsonBody(c: Context): Promise<unknown> {
  // The size of a form is not limited here, so it must not be read.
  const isEmpty = !isForm(c.req.header('content-type')) && (await c.req.arrayBuffer()).byteLength === 0;
  return isEmpty ? {} : readJsonBody(c, `This takes application/json, and got ${describeMediaType(c)}`);
}

/** JSON is UTF-8 (RFC 8259). In another charset, letters of names and addresses would be lost silently. */
function decodeUtf8(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DarkroomError('malformed_json', 'The body is not UTF-8, as JSON has to be', { cause });
  }
}

/**
 * Parses JSON.
 *
 * @param subject what the text is, as the subject of an error message
 * @throws malformed_json; invalid_request for values that JavaScript would change
 */
export function parseJson(text: string, subject: string): unknown {
  checkJson(text, subject);
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be parsed';
    throw new DarkroomError('malformed_json', `${subject} is not valid JSON: ${reason}`);
  }
}

/** Returns the media type of a request as an error message names it. */
export function describeMediaType(c: Context): string {
  const type = parseMediaType(c.req.header('content-type'));
  return type === '' ? 'no content type' : `"${type}"`;
}
