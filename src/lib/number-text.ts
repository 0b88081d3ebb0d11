/** Numbers as text: those that a double (the only number of JavaScript) cannot hold are found before they are changed. */

/** Characters of a number. */
const MAX_LENGTH = 1000;

/** As JSON has it; forms and commands may also omit the digits on one side of the point, or have a `+`. */
const DECIMAL = /^[+-]?(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/** From here on JavaScript itself writes integers with an exponent, and their last digits are not meant. */
const LEAST_ROUNDED = 1e21;

/** The value of a text, or why a double cannot hold it; neither if the text is not a decimal number. */
export interface NumberText {
  readonly value?: number;
  readonly fault?: string;
}

/**
 * Parses a decimal number.
 *
 * @example
 * parseNumberText('12.50') // { value: 12.5 }
 * parseNumberText('9007199254740993') // { fault: 'must be a whole number from -9007199254740991 to …' }
 */
export function parseNumberText(text: string): NumberText {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return {};
  const fault = findNumberFault(trimmed);
  return fault === null ? { value: Number(trimmed) } : { fault };
}

/** Returns why a double cannot hold a decimal number; null: it can, or the text is not one. Fractions are rounded to 15 digits or more. */
export function findNumberFault(number: string): string | null {
  if (number.length < 16 && !/e/i.test(number)) return null;
  if (number.length > MAX_LENGTH) return `must be a number of at most ${MAX_LENGTH} characters`;
  const match = DECIMAL.exec(number);
  if (!match) return null;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const value = Math.abs(Number(number));
  const digits = whole + fraction;
  const isUnderflow = value === 0 && /[1-9]/.test(digits);
  if (value === Number.POSITIVE_INFINITY || isUnderflow)
    return `must be a number that a double can hold, which ${number.slice(0, 40)} is not`;
  if (value <= Number.MAX_SAFE_INTEGER) return null;
  const isWritten = /^[+-]?\d+$/.test(number);
  const isExact = value >= LEAST_ROUNDED || isSame(digits, Number(exponent) - fraction.length, value);
  if (!isWritten && isExact) return null;
  return `must be a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}; send a larger one as text, in quotes`;
}

/** Whether `digits × 10^exponent` is exactly the integer `value`. */
function isSame(digits: string, exponent: number, value: number): boolean {
  const scale = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? BigInt(digits) === BigInt(value) * scale : BigInt(digits) * scale === BigInt(value);
}
