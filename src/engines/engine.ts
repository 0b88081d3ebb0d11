/**
 * Engines: programs of others that operations drive as child processes. Each is a folder of `engines/` with our part of
 * it, an `engine.json`, and `requirements.txt` with what is installed for it. None is needed to run darkroom.
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
  /** Of the engine's chief part, as results name it. */
  version: z.string(),
  /** Least version of Python, such as 3.11. */
  python: z.string().regex(/^3\.\d+$/),
  /** Programs that it needs beside Python, and the Debian package that brings each. */
  programs: z.record(z.string(), z.string()).default({}),
  /** Python module that runs once after the packages are installed, with their directory as argument. */
  after_install: z.string().optional(),
  /** A module that can be imported only if the installation is whole. */
  probe: z.string(),
  licence: z.string(),
});

export interface Engine extends z.infer<typeof description> {
  /** Our part of it: a Python package lies in there. */
  readonly folder: string;
  /** Changes with whatever is installed. */
  readonly fingerprint: string;
}

const root = fileURLToPath(new URL('engines/', packageRoot));

/** The engines that this version knows. */
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
