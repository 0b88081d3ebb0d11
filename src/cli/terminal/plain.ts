/** Replaces control characters in untrusted text, so that it cannot control the terminal. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

const MAX_WIDTH = 100;

/** Wraps text to the width of the terminal. */
export function wrapped(text: string, indent = ''): string {
  const width = Math.min(MAX_WIDTH, process.stdout.columns ?? MAX_WIDTH) - indent.length;
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line).join('\n');
}
