/** Whatever CONTRIBUTING.md shows how to add is registered, used and tested. Each failure says what is missing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import * as operations from '../../operations/index.ts';
import { settings } from '../../src/config/settings.ts';
import * as dialects from '../../src/dialects/index.ts';
import { errorCatalogue } from '../../src/errors.ts';
import * as stores from '../../src/storage/index.ts';
import { root, sources } from '../support/source-imports.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const code = new Map(sources.map((file) => [file, read(file)]));

/** Paths of the files below a directory. */
const readTree = (directory: string): string[] =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));

const testCode = readTree('test')
  .filter((file) => file.endsWith('.test.ts'))
  .map(read)
  .join('\n');

/** Names of the exported constants that a call of `define` makes, in files that match. */
const findDefined = (files: RegExp, define: string): string[] =>
  [...code].flatMap(([file, text]) =>
    files.test(file)
      ? [...text.matchAll(new RegExp(`^export const (\\w+)(?: = |: )${define}\\b`, 'gm'))].map(
          ([, name = '']) => name,
        )
      : [],
  );

test.each([
  ['operations/index.ts', operations, findDefined(/^operations\/[^/]+\/index\.ts$/, 'defineOperation')],
  ['src/dialects/index.ts', dialects, findDefined(/^src\/dialects\/[^/]+\/index\.ts$/, 'defineDialect')],
  ['src/storage/index.ts', stores, findDefined(/^src\/storage\/[^/]+\/driver\.ts$/, 'StoreDriver')],
])('%s exports each of its kind', (file, exported, defined) => {
  expect(defined).not.toEqual([]);
  const missing = defined.filter((name) => !(name in exported));
  expect(missing, `export these from ${file}`).toEqual([]);
});

test.each([
  [
    'operationContract(NAME, …)',
    Object.keys(operations),
    (name: string) => `operationContract\\(\\s*${name}\\b`,
  ],
  [
    "dialectContract({ name: 'NAME', … })",
    Object.values(dialects).map(({ name }) => name),
    (name: string) => `dialectContract\\(\\{\\s*name: '${name}'`,
  ],
  [
    "storeContract(…) with the address 'NAME:…'",
    Object.values(stores).map(({ kind }) => kind),
    (kind: string) => `\\baddress: .${kind}:`,
  ],
])('a test calls %s for each', (call, names, pattern) => {
  const missing = names.filter((name) => name !== 'native' && !new RegExp(pattern(name)).test(testCode));
  expect(missing, `call ${call} in a test of these`).toEqual([]);
});

test('src/config/settings.ts has the settings of each settings.ts', () => {
  const defined = [...code].flatMap(([file, text]) =>
    /\/(?:settings|driver)\.ts$/.test(file)
      ? [...text.matchAll(/^ {2}(DARKROOM_\w+): \{/gm)].map(([, name = '']) => name)
      : [],
  );
  const missing = defined.filter((name) => !(name in settings));
  expect(missing, 'merge the settings of these into src/config/settings.ts').toEqual([]);
});

test('the code reads each setting', () => {
  const unread = Object.keys(settings).filter((name) => {
    // Not its definition, and not its type.
    const use = new RegExp(`(?<!readonly |[\\w$])${name}\\b(?!: \\{)`);
    return ![...code.values()].some((text) => use.test(text.replaceAll(/`[^`]*`/g, '')));
  });
  expect(unread, 'read these from Config in src/compose.ts, or delete them').toEqual([]);
});

test('the code uses each error code', () => {
  const users = [...code].filter(([file]) => file !== 'src/errors.ts').map(([, text]) => text);
  const scripts = readTree('engines').filter((file) => !file.endsWith('.txt'));
  const texts = [...users, ...scripts.map(read)];
  const unused = Object.keys(errorCatalogue).filter(
    (name) => !texts.some((text) => new RegExp(`['"\`]${name}['"\`]`).test(text)),
  );
  expect(unused, 'throw these, or delete them from src/errors.ts and docs/errors.md').toEqual([]);
});
