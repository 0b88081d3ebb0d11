/** Relative links in the documentation lead to existing files and headings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directories = ['docs', 'examples', 'clients', 'test/histories'];
const pages = [
  ...readdirSync(root),
  ...directories.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true }).map((name) => join(directory, String(name))),
  ),
].filter((name) => name.endsWith('.md'));

const read = (path: string) => readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '');

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
const anchors = (path: string) =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));

test.each(pages)('%s', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return heading !== undefined && target.endsWith('.md') && !anchors(target).includes(heading);
    });
  expect(broken).toEqual([]);
});
