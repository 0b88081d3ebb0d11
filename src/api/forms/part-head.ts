/** Parses the headers of a part of a form (RFC 7578, and what browsers, curl and Python send). */
import { DarkroomError } from '../../errors.ts';
import { toBaseName } from '../../lib/file-name.ts';

export interface PartHead {
  readonly name: string;
  /** Base name; null if the part has none. */
  readonly fileName: string | null;
  /** Whether the part is a file, even one without a name. */
  readonly hasFileName: boolean;
  /** Type and subtype in lower case; null: the part states none. */
  readonly mediaType: string | null;
}

/** Bytes of all headers of a part. */
export const MAX_HEAD_BYTES = 16 * 1024;
const MAX_NAME = 128;
/** Bytes; the limit of file systems. */
const MAX_FILE_NAME = 255;

/**
 * Parses the headers of a part.
 *
 * @param headers values as bytes in Latin-1
 * @param number position of the part, from 1
 * @throws malformed_form
 */
export function readHead(headers: Readonly<Record<string, readonly string[]>>, number: number): PartHead {
  const size = Object.entries(headers).reduce(
    (sum, [name, values]) => values.reduce((sum, value) => sum + name.length + value.length + 4, sum),
    0,
  );
  if (size > MAX_HEAD_BYTES) throw headTooLarge(number);
  const disposition = headers['content-disposition']?.[0];
  if (disposition === undefined || !/^\s*form-data\s*(;|$)/i.test(disposition)) {
    throw malformed(`Part ${number} has no header "Content-Disposition: form-data"`);
  }
  const params = parseParams(disposition);
  const name = decodeName(params.get('name') ?? '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (name === '' || name.length > MAX_NAME || /[\x00-\x1f\x7f]/.test(name)) {
    throw malformed(`The name of part ${number} must have 1 to ${MAX_NAME} characters, none of them control`);
  }
  const encoding = headers['content-transfer-encoding']?.[0]?.trim().toLowerCase() ?? 'binary';
  if (!['7bit', '8bit', 'binary'].includes(encoding)) {
    throw malformed(`The part "${name}" is encoded as ${encoding.slice(0, 40)}; send its bytes as they are`);
  }
  const given = readFileName(params);
  const fileName = given === null ? null : toBaseName(given);
  if (Buffer.byteLength(fileName ?? '') > MAX_FILE_NAME) {
    throw malformed(`The file name of the part "${name}" has more than ${MAX_FILE_NAME} bytes`);
  }
  const type = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(;|$)/.exec(headers['content-type']?.[0] ?? '');
  return {
    name,
    fileName,
    hasFileName: given !== null,
    mediaType: type?.[1]?.toLowerCase() ?? null,
  };
}

export const headTooLarge = (number: number): DarkroomError =>
  malformed(`The headers of part ${number} have more than ${MAX_HEAD_BYTES} bytes`);

export const malformed = (message: string, cause?: unknown): DarkroomError =>
  new DarkroomError('malformed_form', message, { cause });

/** A quoted value. Browsers do not escape backslashes, so the last one may stand before the closing quote. */
const QUOTED = /"((?:[^"\\]|\\.)*)"(?=\s*(?:;|$))|"([^"]*)"(?=\s*(?:;|$))/.source;
const PARAMETER = new RegExp(`;\\s*([\\w!#$%&'*+.^\`|~-]+)\\s*=\\s*(?:${QUOTED}|([^;]*))`, 'g');

/** Reads the parameters of the header. The first of each name counts. */
function parseParams(disposition: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const [, name = '', escaped, literal, token = ''] of disposition.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    // Only these two are escapes: some clients do not escape the backslashes of a Windows path.
    const value = escaped?.replace(/\\(["\\])/g, '$1') ?? literal ?? token.trim();
    if (!params.has(key)) params.set(key, value);
  }
  return params;
}

/** Decodes a name as browsers encode it (WHATWG, "multipart/form-data"): any other percent sign is part of it. */
const decodeName = (text: string): string =>
  decodeBytes(text).replace(/%(22|0D|0A)/g, (code) => decodeURIComponent(code));

/** Returns the file name: `filename*` (RFC 5987) if it can be decoded, else `filename`; null if there is neither. */
function readFileName(params: ReadonlyMap<string, string>): string | null {
  const [extended, plain] = [params.get('filename*'), params.get('filename')];
  if (extended === undefined && plain === undefined) return null;
  return decodeExtended(extended ?? '') || decodeName(plain ?? '');
}

/** Returns the text of an extended parameter, such as `UTF-8''na%C3%AFve`; empty if it is malformed. */
function decodeExtended(value: string): string {
  const [, charset = '', text = ''] = /^([\w-]+)'[\w-]*'((?:%[\da-f]{2}|[^%])*)$/i.exec(value) ?? [];
  const bytes = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return '';
  }
}

/** Decodes bytes as UTF-8 or, if they are not valid UTF-8, as Latin-1. */
function decodeBytes(latin1: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}
