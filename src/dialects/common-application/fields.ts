/** Names of fields in error messages, as the contract has them. */

/** Pointer into a JobSpec → pointer into a request of this API. */
const renamed: readonly (readonly [RegExp, string])[] = [
  [/^\/assets(?=\/)/, '/data'],
  [/^(\/data\/\d+)\/source(\/url)?$/, '$1/download_url'],
  [/^(\/data\/\d+)\/name$/, '$1/file_name'],
  [/^\/await_assets\/total$/, '/assets_total'],
];

/**
 * Returns the name of a field, such as `data[3].download_url`.
 *
 * @param assets the client's field for all assets
 */
export function toFieldName(pointer: string, assets: 'assets_total' | 'data'): string {
  if (pointer === '/assets') return assets;
  return formatPath(renamed.reduce((path, [from, to]) => path.replace(from, to), pointer)) || 'the body';
}

/** Formats a JSON Pointer as a path, such as `data[3].name`. */
export const formatPath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
