/** Names of files in a gallery: safe in any folder, archive and URL, whatever the asset was called. */
import { parse } from 'node:path';
import { formatNumber } from '../lib/records.ts';

const MAX_STEM = 60;

/**
 * `folder/00001-name.ext`. The number makes it unique, also where case does not count; the rest is a hint for people, in
 * letters that every archive program leaves alone.
 */
export function buildFileName(folder: string, index: number, name: string, extension: string): string {
  const letters = parse(name).name.normalize('NFKD').replace(/\p{M}/gu, '');
  const words = letters.replace(/[^A-Za-z0-9]+/g, '-').slice(0, MAX_STEM);
  const stem = words.replace(/^-|-$/g, '');
  return `${folder}/${formatNumber(index)}${stem === '' ? '' : `-${stem}`}${extension}`;
}

export const imagePage = (index: number): string => `pages/${formatNumber(index)}.html`;

/** From 1. */
export const indexPage = (number: number): string => (number === 1 ? 'index.html' : `index-${number}.html`);
