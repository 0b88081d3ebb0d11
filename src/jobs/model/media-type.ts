/** Patterns of media types, as operations name what they take and give. */

/**
 * Whether a media type matches one of these patterns.
 *
 * @example
 * matchesMediaType('image/webp', ['image/*']) // true
 */
export const matchesMediaType = (type: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matches(type, pattern));

/** Whether some media type may match a pattern of both lists. */
export const mayShareMediaType = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => matches(one, other) || matches(other, one)));

function matches(type: string, pattern: string): boolean {
  if (pattern === '*/*' || pattern === type) return true;
  return pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1));
}
