/** Finds in JSON text what `JSON.parse` would change silently, and what costs too much to parse. */
import { findNumberFault } from './number-text.ts';

/** Levels of nesting. Later code recurses once for each level. */
const MAX_DEPTH = 100;
/** Values in a body, nested ones included. 10,000 assets with twenty values each fit. */
const MAX_VALUES = 250_000;
/** Members of one object. */
const MAX_MEMBERS = 10_000;
/** Characters of a key, with quotes and escapes. */
const MAX_KEY = 1024;
/** Faults that are found at once. */
const MAX_FAULTS = 100;

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

/** A value that cannot be taken. */
export interface JsonFault {
  /** Keys and positions from the root. */
  readonly path: readonly (string | number)[];
  /** Sentence whose subject is the value, such as "must be a whole number". */
  readonly detail: string;
  /** True: the text is not read any further. */
  readonly isTooDeep?: boolean;
}

/** The value of a text, or why it cannot be taken; neither if the text is not JSON. */
export interface JsonText {
  readonly value?: unknown;
  readonly fault?: string;
}

/** Parses JSON without changing a value. */
export function parseJsonText(text: string): JsonText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  const [fault] = findJsonFaults(text);
  if (!fault) return { value };
  const where = fault.path.length > 0 ? `at ${fault.path.join('.')} it ` : '';
  return { fault: where + fault.detail };
}

/**
 * Finds numbers that a double cannot hold, the key `__proto__`, and too many or too deep values. Text that is not JSON may have
 * faults or none; `JSON.parse` finds what is wrong with it.
 */
export function findJsonFaults(text: string): readonly JsonFault[] {
  const levels: Level[] = [];
  const faults: JsonFault[] = [];
  const report = (detail: string) => faults.push({ path: toPath(levels), detail });
  let values = 0;
  for (let at = 0; at < text.length && faults.length < MAX_FAULTS; at++) {
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
        return [{ path: [], detail: `nests its values more than ${MAX_DEPTH} deep`, isTooDeep: true }];
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) levels.pop();
    else if (code === COMMA && level) {
      level.index++;
      level.expectsKey = level.isObject;
      if (level.isObject && level.index >= MAX_MEMBERS)
        return [{ path: toPath(levels.slice(0, -1)), detail: `must have at most ${MAX_MEMBERS} fields` }];
    } else if (isNumberStart(code)) {
      values++;
      const start = at;
      while (isNumberPart(text.charCodeAt(at + 1))) at++;
      const fault = findNumberFault(text.slice(start, at + 1));
      if (fault !== null) report(fault);
    } else if (isLiteralStart(code)) values++;
    if (values > MAX_VALUES) return [{ path: [], detail: `must have at most ${MAX_VALUES} values` }];
  }
  return faults;
}

/** Returns the path of the current member of the innermost level. */
const toPath = (levels: readonly Level[]): JsonFault['path'] =>
  levels.map(({ isObject, key, index }) => (isObject ? decodeKey(key) : index));

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
