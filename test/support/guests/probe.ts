/** Inspects many disk images in one process of the engine, without its sandbox. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { InstalledEngine } from '../../../operations/operation.ts';

export interface Probed {
  readonly [field: string]: unknown;
  readonly notes: readonly string[];
}

type Report = 'inspect' | 'profile';

/** Python: prints the report or the error on each image, one JSON object a line. */
const driver = `
import argparse, json, os, sys
from guestprobe import inspection
from guestprobe.errors import ImageError
for argument in sys.argv[2:]:
    options = argparse.Namespace(format=None, profile=sys.argv[1] == "profile", packages=True, services=True)
    try:
        print(json.dumps(inspection._inspect(os.open(argument, os.O_RDONLY), options)))
    except ImageError as error:
        print(json.dumps({"code": error.code, "message": error.predicate, "notes": []}))
`;

/** Returns the reports in the order of the images; `{ code, message }` for one that is refused. */
export async function probe(
  engine: InstalledEngine,
  images: readonly string[],
  report: Report = 'inspect',
): Promise<Probed[]> {
  const env = { ...process.env, PYTHONPATH: `engines/guestprobe:${engine.packages}` };
  const { stdout } = await promisify(execFile)('python3', ['-B', '-c', driver, report, ...images], {
    env,
    maxBuffer: 64 * 2 ** 20,
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Probed);
  return lines.filter((line) => !('progress' in line));
}

/**
 * Makes an image of each case, and inspects all of them in one process.
 *
 * @param place - Returns the path of a file by its name.
 * @param make - Writes the image of a case to a path.
 * @returns the reports by the names of the cases
 */
export async function probeCases<Case>(
  { engine, place, report }: { engine: InstalledEngine; place: (name: string) => string; report?: Report },
  cases: Readonly<Record<string, Case>>,
  make: (path: string, one: Case) => Promise<unknown>,
): Promise<Readonly<Record<string, Probed | undefined>>> {
  const made = Object.entries(cases).map(([name, one], index) => ({
    name,
    one,
    path: place(`case-${index}`),
  }));
  await Promise.all(made.map(({ path, one }) => make(path, one)));
  const probed = await probe(
    engine,
    made.map(({ path }) => path),
    report,
  );
  return Object.fromEntries(made.map(({ name }, index) => [name, probed[index]]));
}
