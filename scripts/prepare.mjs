/**
 * Runs before `npm start`, `npm test` and the other scripts: installs dependencies if they are missing or not those of
 * package-lock.json, and builds if a source is newer than the build. Needs nothing but Node.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = process.argv.includes('--quiet') ? () => {} : (text) => console.log(`darkroom: ${text}`);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`darkroom: needs Node 20.19 or later; this is ${process.versions.node}`);
  process.exit(1);
}

const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.darkroom-installed');
const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
  say('installing dependencies (about a minute, once) …');
  // No dependency needs its install script, and scripts may download or report anything.
  run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(installed, wanted);
}

const built = join(root, 'dist', '.built');
if (!existsSync(built) || newestSource() > statSync(built).mtimeMs) {
  say('building …');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('npm', ['run', '--silent', 'build']);
  writeFileSync(built, '');
}

function newestSource() {
  const folders = [
    'src',
    'workflows',
    'activities',
    'operations',
    'examples',
    'bench',
    'chaos',
    'scripts',
    'web',
  ];
  const files = readdirSync(root)
    .filter((name) => /^(?:package|tsconfig).*\.json$/.test(name))
    .map((name) => join(root, name));
  for (const folder of folders) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true }))
      files.push(join(root, folder, String(name)));
  }
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`darkroom: "${command} ${args.join(' ')}" failed; see above`);
    process.exit(status ?? 1);
  }
}
