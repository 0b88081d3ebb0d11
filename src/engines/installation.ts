/** Installs engines in the cache directory, which all data directories of this machine share. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeDirectory } from '../lib/make-directory.ts';
import { type Engine, knownEngines } from './engine.ts';
import { isOnPath } from './programs.ts';

const run = promisify(execFile);

/** Time limit in milliseconds for the download and build of hundreds of megabytes. */
const INSTALL_MS = 30 * 60_000;

export interface Installation {
  /** Directory with the installed packages, for PYTHONPATH. */
  readonly packages: string;
  readonly version: string;
}

export const installationPath = (engine: Engine, cacheDir: string): string =>
  join(cacheDir, 'engines', engine.name, `${engine.version}-${engine.fingerprint}`);

/** Returns null when the engine is not installed, or a program that it needs is missing. */
export async function findInstallation(engine: Engine, cacheDir: string): Promise<Installation | null> {
  if ((await missingPrograms(engine)).length > 0) return null;
  const home = installationPath(engine, cacheDir);
  const done = await readFile(join(home, 'installed'), 'utf8').catch(() => null);
  return done === null ? null : { packages: join(home, 'packages'), version: engine.version };
}

/** Returns the installations on this machine, by engine. */
export async function installedEngines(cacheDir: string): Promise<ReadonlyMap<string, Installation>> {
  const found = await Promise.all(
    knownEngines().map(async (engine) => [engine.name, await findInstallation(engine, cacheDir)] as const),
  );
  return new Map(found.flatMap(([name, installation]) => (installation ? [[name, installation]] : [])));
}

/** What an engine needs of this machine. */
export interface Requirement {
  /** A program, or Python of a version. */
  readonly what: string;
  /** The Debian packages that have it. */
  readonly packages: readonly string[];
}

/** Returns the programs of an engine that are not on the PATH. */
async function missingPrograms({ programs }: Engine): Promise<Requirement[]> {
  const found = await Promise.all(
    Object.entries(programs).map(async ([what, debian]) => ({
      requirement: { what, packages: [debian] },
      isThere: await isOnPath(what),
    })),
  );
  return found.flatMap(({ requirement, isThere }) => (isThere ? [] : [requirement]));
}

/** Returns all that this machine lacks to install an engine and to run it. */
export const missingRequirements = async (engine: Engine): Promise<Requirement[]> => [
  ...(await missingPrograms(engine)),
  ...(await missingPython(engine)),
];

/** Formats an error of one line, such as `A needs x. On Debian: apt-get install y`. */
export function describeMissing(engines: readonly string[], missing: readonly Requirement[]): string {
  const [needed, packages] = [missing.map(({ what }) => what), missing.flatMap((one) => one.packages)];
  const verb = engines.length === 1 ? 'needs' : 'need';
  const list = (texts: readonly string[], separator: string) => [...new Set(texts)].join(separator);
  return `${engines.join(', ')} ${verb} ${list(needed, ', ')}. On Debian: apt-get install ${list(packages, ' ')}`;
}

/**
 * Installs an engine unless it is installed. Needs no root. A failed installation leaves nothing behind.
 *
 * @param report - Receives progress, one line per call.
 * @throws Error that says what to do
 */
export async function install(
  engine: Engine,
  cacheDir: string,
  report: (line: string) => void,
): Promise<void> {
  if (await findInstallation(engine, cacheDir)) return report(`${engine.name}: is installed`);
  const missing = await missingRequirements(engine);
  if (missing.length > 0) throw new Error(describeMissing([engine.title], missing));
  const home = installationPath(engine, cacheDir);
  await makeDirectory(dirname(home), 'DARKROOM_CACHE');
  const fresh = await mkdtemp(`${home}.`);
  const packages = join(fresh, 'packages');
  try {
    report(`${engine.name}: installing ${engine.title} ${engine.version} (${engine.licence}) …`);
    const requirements = join(engine.folder, 'requirements.txt');
    // No package is built, since a build would fetch packages that are not pinned.
    const from = ['--only-binary', ':all:', '--requirement', requirements];
    await pip(['install', '--require-hashes', ...from, '--target', packages]);
    if (engine.after_install) await python(['-m', engine.after_install, packages], engine, packages);
    await python(['-c', `import ${engine.probe}`], engine, packages);
    await writeFile(join(fresh, 'installed'), new Date().toISOString());
    // Another process may have completed the same installation.
    await rename(fresh, home).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    report(`${engine.name}: installed`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function missingPython({ python: wanted }: Engine): Promise<Requirement[]> {
  const what = `Python ${wanted} or later with pip`;
  const packages = ['python3', 'python3-pip'];
  const version = await run('python3', ['-c', 'import sys; print(*sys.version_info[:2], sep=".")']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  const minor = (text: string) => Number(text.split('.')[1]);
  if (version === null) return [{ what, packages }];
  if (minor(version) < minor(wanted)) return [{ what: `${what} (here is ${version})`, packages }];
  const hasPip = run('python3', ['-m', 'pip', '--version']);
  return hasPip.then(
    () => [],
    () => [{ what, packages }],
  );
}

const pip = (args: readonly string[]) =>
  attempt('python3', ['-m', 'pip', ...args, '--no-input', '--quiet', '--disable-pip-version-check'], {});

const python = (args: readonly string[], { folder }: Engine, packages: string) =>
  attempt('python3', args, { PYTHONPATH: [folder, packages].join(delimiter), PYTHONDONTWRITEBYTECODE: '1' });

async function attempt(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const options = { env: { ...process.env, ...env }, timeout: INSTALL_MS, maxBuffer: 2 ** 24 };
  await run(program, args, options).catch((error: Error & { stderr?: string }) => {
    const said = (error.stderr ?? '').trim().split('\n').slice(-5).join('\n');
    throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${said || error.message}`);
  });
}
