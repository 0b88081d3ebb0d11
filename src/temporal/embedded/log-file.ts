/** The log file of the server. It outlives this process. */
import { closeSync, openSync } from 'node:fs';
import { open, stat, truncate } from 'node:fs/promises';

/** About 50,000 lines. */
const MOST_BYTES = 10_000_000;
/** Enough for the stack of a panic and the lines before it. */
const TAIL_BYTES = 100_000;

/** Opens the file for appending and passes its descriptor to `use`, which gives it to a process. */
export function withLogFile<T>(path: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'a', 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Truncates the file once it is too large. Writers that append continue at its start. */
export async function boundLogFile(path: string): Promise<void> {
  if ((await logSize(path)) > MOST_BYTES) await truncate(path);
}

export const logSize = async (path: string): Promise<number> =>
  (await stat(path).catch(() => null))?.size ?? 0;

/** Returns the text after byte `from`, at most the last 100 kB. */
export async function logSince(path: string, from: number): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from > size ? 0 : from, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Returns the last lines that report an error; without any, the last lines. */
export function tellingLines(text: string): string {
  const lines = text.trim().split('\n');
  const errors = lines.filter((line) =>
    /\blevel=(ERROR|FATAL)\b|^(panic|Error|error|fatal error):/.test(line),
  );
  return (errors.length > 0 ? errors : lines).slice(-5).join('\n');
}
