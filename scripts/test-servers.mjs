/**
 * Installs S3 servers that tests run, moto (Python) and S3Proxy (Java), and stream-unzip (Python), below darkroom's cache
 * directory. Does nothing for what is there, or whose language is not.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServers } from './cache.mjs';
import { installArguments, versionOf } from './requirements.mjs';

const S3PROXY = '2.6.0';

/** Directories of the servers: modules of Python, and classes of Java. */
export const motoDirectory = join(testServers, versionOf('moto'));
export const streamUnzipDirectory = join(testServers, versionOf('stream-unzip'));
export const s3ProxyDirectory = join(testServers, `s3proxy-${S3PROXY}`);

/** Installs what is missing. Prints what fails, and does not throw. */
export function installTestServers() {
  mkdirSync(testServers, { recursive: true });
  installOnce('moto', motoDirectory, (directory) => installPython('moto', directory));
  installOnce('stream-unzip', streamUnzipDirectory, (directory) => installPython('stream-unzip', directory));
  installOnce('S3Proxy', s3ProxyDirectory, installS3Proxy);
}

/** Installs beside `target` first: an installation that is stopped leaves nothing there. */
function installOnce(name, target, install) {
  if (existsSync(target)) return;
  const draft = mkdtempSync(`${target}.partial-`);
  try {
    console.error(`darkroom: installing ${name} for the tests …`);
    const failure = install(draft);
    if (failure === null) renameSync(draft, target);
    else console.error(`The tests with ${name} will be skipped: ${failure}`);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Not a virtual environment: that holds its own path, and could not be moved. */
function installPython(name, directory) {
  return run('python3', [...installArguments(name), '--target', directory]);
}

function installS3Proxy(directory) {
  const pom = join(directory, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>darkroom</groupId><artifactId>test-servers</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.gaul</groupId><artifactId>s3proxy</artifactId><version>${S3PROXY}</version></dependency>
  </dependencies>
</project>
`,
  );
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  // Rejects files that do not match the checksums of their repository.
  const args = ['-q', '-B', '--strict-checksums', '-f', pom, goal, '-DincludeScope=runtime'];
  return run('mvn', [...args, `-DoutputDirectory=${directory}`]);
}

/** Returns why it failed, or null. */
function run(program, args) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error?.code === 'ENOENT') return `${program} is not installed`;
  if (error) return error.message;
  return status === 0 ? null : `${program} failed:\n${`${stdout}${stderr}`.slice(-2000)}`;
}
