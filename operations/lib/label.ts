/** Labels of pictures: captions in galleries, text on contact sheets. */
import { z } from 'zod';
import type { InputFile } from '../operation.ts';

const MAX_CHARACTERS = 200;

/** The parameter of operations that label pictures. */
export const label = z.union([
  z.enum(['none', 'name', 'index']),
  z.strictObject({ attribute: z.string().min(1).max(200).describe('Name of an attribute of the assets') }),
]);

export type Label = z.infer<typeof label>;

/** Returns one line; empty for `none` or a missing attribute. `index` counts from 1. */
export function formatLabel(choice: Label, { index, name, attributes }: InputFile): string {
  if (choice === 'none') return '';
  if (choice === 'name') return toLine(name);
  if (choice === 'index') return String(index + 1);
  return Object.hasOwn(attributes, choice.attribute)
    ? toLine(formatAttribute(attributes[choice.attribute]))
    : '';
}

/** Formats the value of an attribute, which may be any JSON. */
export function formatAttribute(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function toLine(text: string): string {
  const characters = [...text.replace(/\s+/gu, ' ').trim()];
  return characters.slice(0, MAX_CHARACTERS).join('').trimEnd();
}
