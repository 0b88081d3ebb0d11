/**
 * Checks, in the root of the project, that a tag may be released: package.json, the Python client and CHANGELOG.md have its
 * version. With `--notes` it prints the section of the changelog.
 *
 *   node scripts/check-release.mjs v1.2.0
 */
import { readFileSync } from 'node:fs';

const [tag = '', option] = process.argv.slice(2);
const version = /^v(\d+\.\d+\.\d+)$/.exec(tag)?.[1];
if (version === undefined) fail(`"${tag}" is no tag of a release, such as v1.2.0`);

const versions = {
  'package.json': JSON.parse(readFileSync('package.json', 'utf8')).version,
  'clients/python/pyproject.toml': /^version = "(.*)"$/m.exec(
    readFileSync('clients/python/pyproject.toml', 'utf8'),
  )?.[1],
};
for (const [file, found] of Object.entries(versions))
  if (found !== version) fail(`${file} has version ${found}, not ${version}`);

const [, notes] =
  readFileSync('CHANGELOG.md', 'utf8')
    .split(/^## /m)
    .map((section) => /^(\d\S*)[^\n]*\n(.*)$/s.exec(section))
    .find((section) => section?.[1] === version)
    ?.slice(1) ?? [];
if (notes === undefined) fail(`CHANGELOG.md has no section "## ${version}"`);
if (option === '--notes') console.log(notes.trim());

function fail(message) {
  console.error(`check-release: ${message}`);
  process.exit(1);
}
