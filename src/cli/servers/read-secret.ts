/** Reads a secret from the terminal without showing it, or from standard input. */
import { text } from 'node:stream/consumers';
import { read } from 'read';

/** @param prompt Shown on a terminal, on stderr. */
export async function readSecret(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  return (await read({ prompt, silent: true, replace: '', output: process.stderr })).trim();
}
