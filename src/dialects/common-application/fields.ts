/** Fields of a request by the names that the contract gives them. */

/** Pointer into a JobSpec → the same in a request of this dialect. */
const renamed: readonly (readonly [RegExp, string])[] = [
  [/^\/assets(?=\/)/, '/data'],
  [/^(\/data\/\d+)\/source(\/url)?$/, '$1/download_url'],
  [/^(\/data\/\d+)\/name$/, '$1/file_name'],
  [/^\/await_assets\/total$/, '/assets_total'],
];

/** Such as `data[3].download_url`. `assets`: what the client calls the number or list of all of them. */
export function toFieldName(pointer: string, assets: 'assets_total' | 'data'): string {
  if (pointer === '/assets') return assets;
  return formatPath(renamed.reduce((path, [from, to]) => path.replace(from, to), pointer)) || 'the body';
}

/** A JSON Pointer as one would write it in a program. */
export const formatPath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
