/** The templates that are part of darkroom: a YAML file each, in `templates/`. */
import { readdir, readFile } from 'node:fs/promises';
import { parse as parsePath } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { templateDocument, templateName } from '../jobs/model/template.ts';
import { packageRoot } from '../lib/resources.ts';
import type { BuiltInTemplate } from './tenant-templates.ts';

/** A file has the fields of a template, and its version. */
const builtInFile = templateDocument.safeExtend({ version: z.int().min(1) });

/**
 * Reads them, by name.
 *
 * @throws Error if a file is missing or invalid, which a test excludes
 */
export async function loadBuiltIn(): Promise<BuiltInTemplate[]> {
  const folder = new URL('templates/', packageRoot);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (file) => {
      const content = builtInFile.parse(parse(await readFile(new URL(file, folder), 'utf8')));
      return { ...content, name: templateName.parse(parsePath(file).name) };
    }),
  );
}
