/** Imports point one way; see "The house" in docs/architecture.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(pattern)].map(([, type, to = '']) => ({
    from: file,
    to: to.startsWith('.') ? relative(root, join(root, dirname(file), to)) : to,
    typeOnly: type !== undefined,
  }));
}

const files = ['src', 'workflows', 'activities', 'operations', 'web'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => /\.tsx?$/.test(name)),
);
const imports = files.flatMap(importsOf);

/** By a bare name, which paths of ours begin like. */
const packages = /^(?!(src|workflows|activities|operations|web)\/)[a-z@]/;

/** What a room may import; `type:` marks what it may import for its types alone. */
const rules: readonly { room: RegExp; may: readonly RegExp[]; types?: readonly RegExp[] }[] = [
  { room: /^src\/errors\.ts$/, may: [] },
  { room: /^src\/disk-full\.ts$/, may: [/^src\/errors\.ts$/, /^node:os$/] },
  {
    room: /^src\/jobs\//,
    may: [/^src\/jobs\//, /^src\/errors\.ts$/, /^zod$/, /^node:crypto$/],
    types: [/^node:stream$/],
  },
  {
    room: /^workflows\//,
    may: [
      /^workflows\//,
      /^src\/jobs\//,
      /^src\/temporal\/attributes\.ts$/,
      /^@temporalio\/(workflow|common)$/,
    ],
    types: [/^activities\/steps\.ts$/],
  },
  { room: /^src\/temporal\/attributes\.ts$/, may: [/^@temporalio\/common$/] },
  {
    room: /^activities\//,
    may: [
      /^activities\//,
      /^src\/(callbacks|inputs|jobs|storage|net)\//,
      /^src\/(disk-full|errors|inputs|keys)\.ts$/,
      /^node:/,
      packages,
    ],
    types: [/^operations\//],
  },
  {
    room: /^operations\//,
    may: [
      /^operations\//,
      /^src\/jobs\//,
      /^src\/(disk-full|errors)\.ts$/,
      /^node:/,
      /^(zod|sharp|exif-reader|client-zip|yaml|picomatch)$/,
    ],
  },
  {
    room: /^src\/storage\//,
    may: [/^src\/(storage|jobs)\//, /^src\/(disk-full|errors)\.ts$/, /^node:/, /^@aws-sdk\//],
    types: [/^src\/keys\.ts$/],
  },
  {
    room: /^src\/auth\//,
    may: [
      /^src\/auth\//,
      /^src\/jobs\/recent\.ts$/,
      /^src\/storage\/(json|layout|store)\.ts$/,
      /^src\/config\/values\.ts$/,
      /^src\/errors\.ts$/,
      /^node:crypto$/,
      /^(jose|zod)$/,
    ],
  },
  { room: /^src\/inputs(\/|\.ts$)/, may: [/^src\/(inputs|errors)\.ts$/, /^node:/] },
  { room: /^src\/callbacks\//, may: [/^src\/(callbacks|jobs)\//, /^src\/errors\.ts$/] },
  { room: /^src\/engines\//, may: [/^src\/engines\//, /^node:/, /^zod$/] },
  { room: /^src\/net\//, may: [/^src\/net\//, /^src\/errors\.ts$/, /^node:/, /^(undici|ipaddr\.js)$/] },
  {
    room: /^src\/http\//,
    may: [
      /^src\/(http|jobs|callbacks|config)\//,
      /^src\/auth\/tenant\.ts$/,
      /^src\/(errors|config|log|net\/pace)\.ts$/,
      /^package\.json$/,
      /^node:/,
      packages,
    ],
    types: [/^src\/auth\//],
  },
  // Browsers run it too: no zod, and what needs Node in a file of its own.
  {
    room: /^src\/client\/(?!files\.ts$)/,
    may: [/^src\/client\/(?!files\.ts$)/, /^eventsource-parser$/],
    types: [/^src\/jobs\//],
  },
  {
    room: /^web\//,
    may: [/^web\//, /^src\/client\/client\.ts$/, /^preact(\/hooks)?$/],
  },
  { room: /^src\/client\/files\.ts$/, may: [/^src\/client\//, /^node:/] },
  {
    room: /^src\/temporal\//,
    may: [/^src\/(temporal|jobs)\//, /^src\/errors\.ts$/, /^node:/, /^@temporalio\//, /^(tar|undici)$/],
    types: [/^activities\/steps\.ts$/, /^workflows\//],
  },
];

describe('imports point one way', () => {
  test.each(rules.map((rule) => [rule.room.source, rule] as const))('%s', (_, { room, may, types = [] }) => {
    const inRoom = imports.filter(({ from }) => room.test(from));
    expect(inRoom.length + files.filter((file) => room.test(file)).length).toBeGreaterThan(0);
    const strays = inRoom.filter(
      ({ to, typeOnly }) =>
        !may.some((rule) => rule.test(to)) && !(typeOnly && types.some((rule) => rule.test(to))),
    );
    expect(strays).toEqual([]);
  });

  test('siblings do not know each other', () => {
    const dialectOf = (path: string) => /^src\/http\/dialects\/([^/.]+)/.exec(path)?.[1];
    const across = imports.filter(({ from, to }) => {
      const [one, other] = [dialectOf(from), dialectOf(to)];
      return one !== undefined && other !== undefined && one !== other;
    });
    expect(across).toEqual([]);
    const filesystem = /^src\/storage\/file/;
    const s3 = /^src\/storage\/s3/;
    const between = imports.filter(
      ({ from, to }) => (filesystem.test(from) && s3.test(to)) || (s3.test(from) && filesystem.test(to)),
    );
    expect(between).toEqual([]);
  });

  test('only compose.ts and the commands know both sides', () => {
    const strays = imports.filter(
      ({ from, to }) =>
        /^src\/(http|jobs)\//.test(from) && /^(activities|workflows|operations|src\/temporal)\//.test(to),
    );
    expect(strays).toEqual([]);
  });
});
