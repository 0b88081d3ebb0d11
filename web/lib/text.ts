/** Formats a count with its noun: `1 file`, `1,200 files`. `many`: the plural. */
export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
