/**
 * Reads whole sets of pictures of other projects, and compares them with what Pillow and LittleCMS show.
 *
 *   npm run compare:pictures                  downloads the sets from Debian's source packages
 *   … --short                                 downloads the small sets alone, and fails if the figures differ from `expected`;
 *                                             leaves out, with the reason, what cannot be downloaded, and other versions
 *   npm run compare:pictures -- DIRECTORY…    reads the pictures below these directories
 *   … --verbose                               prints each picture that is not equal
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** Source packages with test pictures: small ones, and the others. */
const small = ['libpng1.6', 'tiff', 'giflib', 'libimage-exiftool-perl'];
const packages = [...small, 'vips', 'libheif', 'pillow'];

/** Figures of the small sets in their versions of Debian 12, as docs/pictures.md explains them. */
const expected = {
  'libpng1.6_1.6.39': {
    equal: 162,
    differs: 8,
    'only read here': 1,
    'refused: by kind': 5,
    'refused: damaged': 17,
  },
  'tiff_4.5.0': { equal: 40, 'only read here': 2, 'refused: by kind': 5 },
  'giflib_5.2.1': { equal: 36 },
  'libimage-exiftool-perl_12.57+dfsg': { equal: 47, 'refused: by kind': 11, 'refused: damaged': 1 },
};
const picture =
  /\.(png|jpe?g|jfif|tiff?|gif|webp|avif|hei[cf]|cr[23w]|nef|dng|arw|raf|orf|rw2|raw|pef|x3f|mrw|srw|iiq|3fr|dcr|kdc|erf)$/i;
/** Mean CIEDE2000 up to which two pictures count as equal. */
const LIMIT = 1;

const root = fileURLToPath(new URL('..', import.meta.url));
const load = (module) => import(pathToFileURL(join(root, 'dist/operations', module)).href);
const args = process.argv.slice(2);
const isVerbose = args.includes('--verbose');
const isShort = args.includes('--short');
const work = mkdtempSync(join(tmpdir(), 'darkroom-compare-'));
try {
  const given = args.filter((arg) => !arg.startsWith('--'));
  const directories = given.length > 0 ? given : findSets(join(work, 'sets'));
  for (const directory of directories) {
    const figures = expected[basename(directory)];
    if (isShort && !figures) {
      console.log(`${basename(directory)} is left out: the figures are of other versions`);
      continue;
    }
    const counts = await compareSet(directory);
    if (isShort && !isDeepStrictEqual(counts, figures)) {
      console.error(`Expected: ${JSON.stringify(figures)}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A short run says why it has no sets, and does not fail: they come from the network. */
function findSets(folder) {
  try {
    return downloadSets(folder);
  } catch (error) {
    if (!isShort) throw error;
    console.log(`The sets could not be downloaded: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

/** Downloads with lists of its own, since source packages are often not configured. */
function downloadSets(folder) {
  mkdirSync(join(folder, 'lists'), { recursive: true });
  const sources = readdirSync('/etc/apt/sources.list.d')
    .filter((name) => name.endsWith('.sources'))
    .map((name) =>
      readFileSync(join('/etc/apt/sources.list.d', name), 'utf8').replaceAll(
        /^Types: deb$/gm,
        'Types: deb-src',
      ),
    );
  writeFileSync(join(folder, 'apt.sources'), sources.join('\n'));
  const options = {
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::SourceList': join(folder, 'apt.sources'),
    'Dir::State::lists': join(folder, 'lists'),
  };
  const apt = (...command) =>
    execFileSync(
      'apt-get',
      [...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]), '-q', ...command],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  apt('update');
  return (isShort ? small : packages).flatMap((name) => {
    // dpkg-source is not needed: the archives are enough.
    try {
      apt('source', '--download-only', name);
    } catch {
      // A mirror may list a version some of whose files it no longer has, or not yet.
      console.log(`${name}: not all of its files could be downloaded`);
    }
    const archives = readdirSync(folder).filter(
      (file) => file.startsWith(`${name}_`) && /\.orig[.-].*(gz|xz|bz2)$/.test(file),
    );
    if (archives.length === 0) return [];
    const set = join(folder, archives[0]?.split('.orig')[0] ?? name);
    mkdirSync(set);
    for (const archive of archives) {
      execFileSync('tar', ['xf', join(folder, archive), '-C', set]);
      rmSync(join(folder, archive));
    }
    return [set];
  });
}

async function compareSet(directory) {
  const { makeReadable } = await load('lib/formats/readable-copy.js');
  const { withPicture } = await load('lib/picture/open-picture.js');
  const { DarkroomError } = await import(pathToFileURL(join(root, 'dist/src/errors.js')).href);
  const { toDecodeError } = await load('lib/image-source.js');
  const files = readdirSync(directory, { recursive: true })
    .filter((name) => picture.test(name))
    .sort();
  const rows = [];
  for (const [index, name] of files.entries()) {
    const path = join(directory, name);
    const [copy, result] = [join(work, 'copy'), join(work, `${index}.png`)];
    const input = { index: 0, name: basename(name), path, size: 0, attributes: {} };
    const context = { signal: new AbortController().signal, note: () => undefined };
    try {
      const readable = await makeReadable(input, copy, context, { on_damaged: 'fail' });
      const show = (accepted) =>
        withPicture({ ...readable, ...accepted }, { scratch: result }, ({ image }) =>
          image.autoOrient().toColourspace('srgb').png({ compressionLevel: 1 }).toFile(result),
        );
      // As operations do, see `operations/lib/picture-work.ts`.
      await show().catch((error) => {
        const { details } = error instanceof DarkroomError ? error : toDecodeError(input, error);
        if (details?.damage !== 'harmless') throw error;
        return show({ accept: 'harmless' });
      });
      rows.push({
        name,
        source:
          readable.original && /heic/.test(readable.original.mediaType)
            ? null
            : readable.path === copy
              ? copyTo(copy, index)
              : path,
        result,
      });
    } catch (thrown) {
      const error = thrown instanceof DarkroomError ? thrown : toDecodeError(input, thrown);
      rows.push({ name, error });
    }
    rmSync(copy, { force: true });
  }
  const shown = rows.filter(({ source }) => source);
  const output = execFileSync('python3', ['-B', join(root, 'scripts/compare-pictures.py')], {
    input: JSON.stringify(shown.map(({ source, result }) => ({ source, result }))),
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  for (const [index, comparison] of JSON.parse(output.toString()).entries())
    shown[index].comparison = comparison;
  const counts = {};
  for (const row of rows) {
    const [kind, detail] = classify(row, DarkroomError);
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (isVerbose && kind !== 'equal') console.log(`${kind.padEnd(16)} ${row.name}: ${detail}`);
  }
  console.log(
    `${basename(directory).padEnd(24)} ${files.length} pictures: ${Object.entries(counts)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}`,
  );
  return counts;
}

function copyTo(copy, index) {
  const path = join(work, `${index}.jpg`);
  writeFileSync(path, readFileSync(copy));
  return path;
}

function classify({ error, comparison }, DarkroomError) {
  if (error instanceof DarkroomError)
    return [error.code === 'asset_corrupt' ? 'refused: damaged' : 'refused: by kind', error.message];
  if (error) return ['failed', error.stack ?? String(error)];
  if (!comparison) return ['read: HEIC', 'not compared'];
  if (comparison.refused) return ['only read here', comparison.refused];
  if (comparison.size) return ['other size', JSON.stringify(comparison.size)];
  return comparison.difference <= LIMIT
    ? ['equal']
    : ['differs', `CIEDE2000 ${comparison.difference.toFixed(2)}`];
}
