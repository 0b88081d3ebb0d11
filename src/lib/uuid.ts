/** UUIDs in the spellings that clients send. */

const UUID =
  /^(?:urn:uuid:)?[{(]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[)}]?$/i;

/**
 * Returns a UUID in the form of RFC 9562: lower case, with hyphens; null if the text is none. .NET writes UUIDs in braces, in
 * parentheses or without hyphens, and Swift writes them in upper case.
 *
 * @example
 * parseUuid('{0F8FAD5B-D9CB-469F-A165-70867728950E}') // '0f8fad5b-d9cb-469f-a165-70867728950e'
 */
export const parseUuid = (text: string): string | null =>
  UUID.exec(text.trim())?.slice(1).join('-').toLowerCase() ?? null;
