/** What crashes and bad disks make of files. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Tree } from './tree.ts';

/** Returns a file of a tree. */
export const bytesOf = (tree: Tree, path: string): Buffer => Buffer.from(tree[path] as string);
export const zeros = (contents: Buffer): Buffer => Buffer.alloc(contents.length);
/** A file whose middle was never written. */
export const hole = (contents: Buffer): Buffer => {
  const third = Math.floor(contents.length / 3);
  return Buffer.concat([contents.subarray(0, third), Buffer.alloc(third), contents.subarray(2 * third)]);
};
export const noise = (contents: Buffer): Buffer => randomBytes(Math.max(512, contents.length));

/** Matches notes that contain these texts. */
export const noted = (...texts: string[]) =>
  expect.arrayContaining(texts.map((text) => expect.stringContaining(text)));
