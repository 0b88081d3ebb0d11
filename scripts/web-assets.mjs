/** Copies the assets of the console that are not compiled. */
import { copyFileSync, readdirSync } from 'node:fs';

const from = new URL('../web/', import.meta.url);
const to = new URL('../dist/web/', import.meta.url);
for (const name of readdirSync(from))
  if (/\.(css|svg)$/.test(name)) copyFileSync(new URL(name, from), new URL(name, to));
