/** Checks JSON text before it is parsed: for values that `JSON.parse` changes silently, and for bodies that cost too much. */
import { DarkroomError } from '../../errors.ts';
import {
  type FieldError,
  invalidRequest,
  MAX_ERRORS,
  toPointer,
} from '../../jobs/validation/invalid-request.ts';

/** Levels of nesting. Later code recurses once for each level. */
const MAX_DEPTH = 100;
/** Values in a body, nested ones included. 10,000 assets with twenty values each fit. */
const MAX_VALUES = 250_000;
/** Members of one object. */
const MAX_MEMBERS = 10_000;
/** Characters of a key, with quotes and escapes. */
const MAX_KEY = 1024;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** An object or array that contains the current position. */
interface Level {
  readonly isObject: boolean;
  /** Key of the current member as JSON text. */
  key: string;
  /** Position of the current element or member, from 0. */
  index: number;
  expectsKey: boolean;
}

/**
 * Checks the values of JSON text. Text that is not JSON passes or fails; `JSON.parse` finds what is wrong with it.
 *
 * @param subject what the text is, as the subject of an error message
 * @throws malformed_json if it nests too deep; invalid_request for numbers that a double cannot hold, for the key `__proto__`,
 * and for too many values
 */
export function checkJson(text: string, subject: string): void {
  const levels: Level[] = [];
  const errors: FieldError[] = [];
  const report = (detail: string) => errors.push({ pointer: toPath(levels), detail });
  let values = 0;
  for (let at = 0; at < text.length && errors.length < MAX_ERRORS; at++) {
    const code = text.charCodeAt(at);
    const level = levels.at(-1);
    if (code === QUOTE) {
      const end = findStringEnd(text, at);
      if (level?.expectsKey) {
        level.expectsKey = false;
        level.key = text.slice(at, end);
        const fault = describeKeyFault(level.key);
        if (fault !== null) report(fault);
      } else values++;
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      values++;
      const isObject = code === OPEN_OBJECT;
      levels.push({ isObject, key: '""', index: 0, expectsKey: isObject });
      if (levels.length > MAX_DEPTH + 1)
        throw new DarkroomError('malformed_json', `${subject} nests its values more than ${MAX_DEPTH} deep`);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) levels.pop();
    else if (code === COMMA && level) {
      level.index++;
      level.expectsKey = level.isObject;
      if (level.isObject && level.index >= MAX_MEMBERS)
        throw invalidRequest([
          { pointer: toPath(levels.slice(0, -1)), detail: `must have at most ${MAX_MEMBERS} fields` },
        ]);
    } else if (isNumberStart(code)) {
      values++;
      const start = at;
      while (isNumberPart(text.charCodeAt(at + 1))) at++;
      const fault = describeNumberFault(text.slice(start, at + 1));
      if (fault !== null) report(fault);
    } else if (isLiteralStart(code)) values++;
    if (values > MAX_VALUES)
      throw invalidRequest([{ pointer: '', detail: `must have at most ${MAX_VALUES} values` }]);
  }
  if (errors.length > 0) throw invalidRequest(errors);
}

/** Returns the JSON Pointer of the current member of the innermost level. */
const toPath = (levels: readonly Level[]): string =>
  toPointer(levels.map(({ isObject, key, index }) => (isObject ? decodeKey(key) : index)));

/** Returns the index after the closing quote. */
function findStringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** A digit or `-`. */
const isNumberStart = (code: number): boolean => isDigit(code) || code === 0x2d;

/** A digit, `+`, `-`, `.`, `E` or `e`. */
const isNumberPart = (code: number): boolean =>
  isDigit(code) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].includes(code);

/** The first letter of `true`, `false` and `null`. */
const isLiteralStart = (code: number): boolean => [0x74, 0x66, 0x6e].includes(code);

/** `JSON.parse` keeps the key `__proto__`, but code that copies the object drops it, or sets the prototype. */
function describeKeyFault(key: string): string | null {
  if (key.length > MAX_KEY) return `has a name of more than ${MAX_KEY} characters`;
  return decodeKey(key) === '__proto__' ? 'is a name that cannot be used' : null;
}

function decodeKey(key: string): string {
  if (key.length > MAX_KEY) return `${key.slice(1, 100)}…`;
  if (!key.includes('\\')) return key.slice(1, -1);
  try {
    return String(JSON.parse(key));
  } catch {
    return key;
  }
}

function describeNumberFault(number: string): string | null {
  if (number.length < 16 && !/e/i.test(number)) return null;
  const value = Number(number);
  if (/^-?\d+$/.test(number) && !Number.isSafeInteger(value))
    return `must be a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}; send a larger one as text`;
  const isUnderflow = value === 0 && /[1-9]/.test(number.split(/e/i)[0] ?? '');
  if (Math.abs(value) === Number.POSITIVE_INFINITY || isUnderflow)
    return `must be a number that a double can hold, which ${number.slice(0, 40)} is not`;
  return null;
}
