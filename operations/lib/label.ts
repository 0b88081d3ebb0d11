/** What is written under a picture. */
import { z } from 'zod';
import type { InputFile } from '../operation.ts';

const MAX_CHARACTERS = 200;

/** The parameter of operations that write something under pictures. */
export const label = z.union([
  z.enum(['none', 'name', 'index']),
  z.strictObject({ attribute: z.string().min(1).max(200).describe('Name of an attribute of the assets') }),
]);

export type Label = z.infer<typeof label>;

/** One line, empty where there is nothing to write. The first asset has index 1, as people count. */
export function labelOf(wanted: Label, { index, name, attributes }: InputFile): string {
  if (wanted === 'none') return '';
  if (wanted === 'name') return line(name);
  if (wanted === 'index') return String(index + 1);
  return Object.hasOwn(attributes, wanted.attribute) ? line(wordsOf(attributes[wanted.attribute])) : '';
}

/** A value of an attribute, which may be any JSON, in words. */
export function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function line(text: string): string {
  const characters = [...text.replace(/\s+/gu, ' ').trim()];
  return characters.slice(0, MAX_CHARACTERS).join('').trimEnd();
}
