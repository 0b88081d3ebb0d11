/** Python packages of tests, whose versions and hashes are pinned in `requirements/`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(`requirements/${name}.txt`, import.meta.url));

/** Returns the arguments of `python3` that install a list of packages. No package is built, since a build would fetch more. */
export const installArguments = (name) => [
  ...['-m', 'pip', 'install', '--require-hashes', '--only-binary', ':all:'],
  ...['--quiet', '--disable-pip-version-check', '--requirement', file(name)],
];

/** Returns a name for a list that changes with its packages. */
export const versionOf = (name) =>
  `${name}-${createHash('sha256')
    .update(readFileSync(file(name)))
    .digest('hex')
    .slice(0, 12)}`;
