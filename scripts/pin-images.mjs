/**
 * Pins container images and GitHub actions of a release.
 *
 *   node scripts/pin-images.mjs check    names each line whose image has no digest, or whose action has no commit
 *   node scripts/pin-images.mjs pin      resolves and writes them; needs docker with buildx, git and internet access
 *
 * The tag or version stays beside the digest, for readers. To pin another version, write it without its digest first.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Built here, so there is no digest. */
const OWN = 'darkroom:local';

/** Files of the release below the current directory. */
const workflows = existsSync('.github/workflows')
  ? readdirSync('.github/workflows').map((name) => join('.github/workflows', name))
  : [];
const files = ['Dockerfile', 'docker-compose.yml', ...workflows].filter((name) => existsSync(name));

/** Returns what a line refers to, and whether it is pinned; null if it refers to nothing from outside. */
function findReference(line) {
  const [, action] = /^[\s-]*uses: *([^\s#]+)/.exec(line) ?? [];
  if (action && !action.startsWith('./'))
    return { name: action, resolve: resolveAction, isPinned: /@[0-9a-f]{40}$/.test(action) };
  const [, image] = /^(?:\s*image: *|ARG \w*IMAGE=|FROM (?!\$))["']?([\w./:@-]+)/.exec(line) ?? [];
  if (!image || image === OWN) return null;
  return { name: image, resolve: resolveImage, isPinned: /@sha256:[0-9a-f]{64}$/.test(image) };
}

/** Returns the image with the digest of its manifest, or of the list of manifests for all platforms. */
function resolveImage(image) {
  const format = ['--format', '{{.Manifest.Digest}}'];
  const digest = run('docker', ['buildx', 'imagetools', 'inspect', ...format, image]).trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`docker returned no digest: ${digest}`);
  return `${image}@${digest}`;
}

/** Returns the action with the commit of its tag or branch, and that as a comment. */
function resolveAction(action) {
  const [path, version] = action.split('@');
  const repository = path.split('/').slice(0, 2).join('/');
  const refs = [`refs/tags/${version}`, `refs/tags/${version}^{}`, `refs/heads/${version}`];
  const found = new Map(
    run('git', ['ls-remote', `https://github.com/${repository}`, ...refs])
      .split('\n')
      .map((line) => line.split('\t').reverse()),
  );
  // An annotated tag is an object of its own; the name with `^{}` is its commit.
  const commit = found.get(refs[1]) ?? found.get(refs[0]) ?? found.get(refs[2]);
  if (!/^[0-9a-f]{40}$/.test(commit ?? ''))
    throw new Error(`${repository} has no tag or branch "${version}"`);
  return `${path}@${commit} # ${version}`;
}

const run = (program, args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Prints each line that is not pinned, after `change` has had the chance to pin it. Returns how many are left. */
function visit(change) {
  let unpinned = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const lines = text.split('\n').map((line, index) => {
      const reference = findReference(line);
      if (!reference || reference.isPinned) return line;
      try {
        return change(line, reference);
      } catch (error) {
        const reason = (error.stderr || error.message).trim().split('\n').at(-1);
        console.error(`${file}:${index + 1}: ${reference.name} is not pinned${reason ? `: ${reason}` : ''}`);
        unpinned += 1;
        return line;
      }
    });
    if (lines.join('\n') !== text) writeFileSync(file, lines.join('\n'));
  }
  return unpinned;
}

const changes = {
  check: () => {
    throw new Error('');
  },
  pin: (line, { name, resolve }) => line.replace(name, resolve(name)),
};
const change = changes[process.argv[2]];
if (!change) {
  console.error('Usage: node scripts/pin-images.mjs check|pin');
  process.exitCode = 2;
} else if (visit(change) > 0) process.exitCode = 1;
