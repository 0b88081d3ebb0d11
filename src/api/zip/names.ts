/** File names that are safe in a ZIP on every platform. */

/**
 * The same paths, in the same order: relative, with slashes, without `..`, drive letters, and what Windows cannot have in a name.
 * Each is unlike every other even where case does not count, and none is a folder of another; those that would be
 * get a number.
 */
export function safeNames(paths: readonly string[]): string[] {
  const safe = paths.map(safePath);
  const taken = new Set(safe.flatMap(foldersOf).map(key));
  const next = new Map<string, number>();
  return safe.map((path) => {
    let name = path;
    for (let number = next.get(key(path)) ?? 2; taken.has(key(name)); number++) {
      name = numbered(path, number);
      next.set(key(path), number + 1);
    }
    taken.add(key(name));
    return name;
  });
}

function safePath(path: string): string {
  const segments = path
    .split(/[/\\]/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
    .map((segment) => segment.replace(/^([a-z]:)+/i, '').replace(/[\x00-\x1f\x7f<>:"|?*]/g, '_'))
    .map((segment) => segment.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$1'))
    // Windows drops these; what is left must differ from its neighbours all the same.
    .map((segment) => (/^\.+$/.test(segment) ? segment : segment.replace(/[. ]+$/, '_')))
    .filter((segment) => !['', '.', '..'].includes(segment));
  return segments.join('/') || 'file';
}

/** `a/b/c` lies in `a/b` and `a`. */
const foldersOf = (path: string): string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

const key = (name: string): string => name.normalize('NFC').toLowerCase();

/** `a/b.jpg` becomes `a/b (2).jpg`. */
const numbered = (path: string, number: number): string => {
  const [, stem = '', extension = ''] = /^(.*?[^/])((?:\.[^./]*)?)$/s.exec(path) ?? [];
  return `${stem} (${number})${extension}`;
};
