/** Registry hives that hivex writes, which libguestfs uses for guests of Windows. */
import { readFile, writeFile } from 'node:fs/promises';
import { hive } from './registry.ts';
import { tool } from './tools.ts';

/** Values of a key by their names: texts, or numbers of 32 bits. */
type Values = Readonly<Record<string, string | number>>;

const PREFIX = 'HKEY_LOCAL_MACHINE\\HIVE';

/** hivexregedit takes a key only behind its parents. */
function withParents(keys: Readonly<Record<string, Values>>): Map<string, Values> {
  const all = new Map<string, Values>();
  for (const [key, values] of Object.entries(keys)) {
    const parts = key.split('\\');
    for (const [index] of parts.entries()) {
      const path = parts.slice(0, index + 1).join('\\');
      if (!all.has(path)) all.set(path, {});
    }
    all.set(key, values);
  }
  return all;
}

/** Returns a hive with keys by their paths. */
export async function makeHive(path: string, keys: Readonly<Record<string, Values>>): Promise<Buffer> {
  await writeFile(path, hive({}));
  const sections = [...withParents(keys)].map(([key, values]) => {
    const lines = Object.entries(values).map(([name, value]) => `"${name}"=${write(value)}`);
    return [`[${PREFIX}\\${key}]`, ...lines, ''].join('\n');
  });
  const text = ['Windows Registry Editor Version 5.00', '', ...sections].join('\n');
  await writeFile(`${path}.reg`, text);
  await tool('hivexregedit', ['--merge', '--prefix', PREFIX, path, `${path}.reg`]);
  return readFile(path);
}

/** Texts are written as bytes, as regedit writes other types, so that any character is possible. */
function write(value: string | number): string {
  if (typeof value === 'number') return `dword:${value.toString(16).padStart(8, '0')}`;
  const bytes = [...Buffer.from(`${value}\0`, 'utf16le')].map((byte) => byte.toString(16).padStart(2, '0'));
  return `hex(1):${bytes.join(',')}`;
}
