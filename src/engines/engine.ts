/**
 * Engines: third-party programs that operations run as child processes. Each has a directory in `engines/` with our Python
 * package, an `engine.json`, and a `requirements.txt` that `scripts/pin-packages.mjs` makes of `requirements.in`. darkroom runs
 * without them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { packageRoot } from '../lib/resources.ts';

const description = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  /** Version of the main package, as results show it. */
  version: z.string(),
  /** Minimum version of Python, such as 3.11. */
  python: z.string().regex(/^3\.\d+$/),
  /** Required programs besides Python, each with its Debian package. */
  programs: z.record(z.string(), z.string()).default({}),
  /** Python module that runs once after the installation, with the directory of the packages as argument. */
  after_install: z.string().optional(),
  /** A module whose import succeeds only if the installation is complete. */
  probe: z.string(),
  licence: z.string(),
});

export interface Engine extends z.infer<typeof description> {
  /** The directory with our Python package. */
  readonly folder: string;
  /** Hash of the description and the requirements. */
  readonly fingerprint: string;
}

const root = fileURLToPath(new URL('engines/', packageRoot));

/** Returns the engines that this version supports. */
export function knownEngines(): Engine[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'engine.json')))
    .map((entry) => readEngine(join(root, entry.name)));
}

function readEngine(folder: string): Engine {
  const text = readFileSync(join(folder, 'engine.json'), 'utf8');
  const requirements = readFileSync(join(folder, 'requirements.txt'), 'utf8');
  const fingerprint = createHash('sha256').update(text).update(requirements).digest('hex').slice(0, 12);
  return { ...description.parse(JSON.parse(text)), folder, fingerprint };
}
