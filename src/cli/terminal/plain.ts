/** Text of others (names, labels, messages) without what a terminal would obey. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

const LONGEST_LINE = 100;

/** In lines that fit the terminal. */
export function wrapped(text: string, indent = ''): string {
  const width = Math.min(LONGEST_LINE, process.stdout.columns ?? LONGEST_LINE) - indent.length;
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line).join('\n');
}
