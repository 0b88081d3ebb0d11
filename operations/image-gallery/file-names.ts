/** File names of a gallery: safe in any folder, archive and URL. */
import { parse } from 'node:path';
import { formatNumber } from '../lib/records.ts';

const MAX_STEM = 60;

/**
 * Returns `folder/00001-name.ext`. The number makes it unique, also on case-insensitive file systems. The name consists of ASCII letters and
 * digits, which every archive program preserves.
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
