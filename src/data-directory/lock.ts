/**
 * Locks the data directory for one server: two servers would write to the same SQLite file.
 *
 * The lock is a listening unix socket. The kernel closes it when its process ends, so kill -9 leaves no stale lock.
 * Numbered symbolic links point to such sockets; the highest number is the lock. A process that finds the holder dead
 * listens on a socket of its own and creates the next link, which only one contender can do. It then reads the directory
 * again, since another process may have created a higher number. The highest number is never removed, so a claim based
 * on an outdated listing always fails. (Removing a dead socket and reusing its name would let two contenders in.)
 *
 * The lock works between processes and containers of one machine, not between machines that share a disk.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../lib/settings/config-error.ts';

export interface DataLock {
  /** Releases the lock. A second call does nothing. */
  release(): Promise<void>;
}

/** Bytes. macOS has the smallest limit for socket paths: 104 bytes with the terminating zero. */
const longestSocketPath = 103;
/** Attempts to claim the lock. An attempt can fail because of a contender that has died since. */
const attempts = 20;
/** Milliseconds to wait for the holder's pid. A live holder that does not answer keeps the lock. */
const pidWaitMs = 1000;

/**
 * Locks `dir`, which is created if it is missing.
 *
 * @throws ConfigError when another process holds the lock
 */
export async function lockDataDir(dir: string): Promise<DataLock> {
  await mkdir(dir, { recursive: true });
  const real = await realpath(dir);
  try {
    return await lockIn(join(real, 'lock'), dir);
  } catch (error) {
    // Some file systems (FAT, some shares) have no sockets or links, and a path may be too long for a socket.
    if (!['ENAMETOOLONG', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM'].includes(codeOf(error))) throw error;
    return lockIn(substituteFor(real), dir);
  }
}

/** Returns the holder of the lock of `dir` without acquiring it; null when it is free. `pid` is null when the holder does not answer. */
export async function lockHolder(dir: string): Promise<{ readonly pid: number | null } | null> {
  const real = await realpath(dir).catch(() => null);
  if (real === null) return null;
  for (const folder of [join(real, 'lock'), substituteFor(real)]) {
    const highest = await highestNumber(folder).catch(() => 0);
    const holder = highest === 0 ? 'dead' : await probe(join(folder, String(highest)));
    if (holder !== 'dead') return holder;
  }
  return null;
}

/** The directory of the lock when the data directory cannot hold sockets. */
function substituteFor(real: string): string {
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  return join(tmpdir(), `darkroom-${name}`);
}

async function lockIn(folder: string, dir: string): Promise<DataLock> {
  const claim = join(folder, `socket-${randomBytes(4).toString('hex')}`);
  if (Buffer.byteLength(claim) > longestSocketPath) {
    throw Object.assign(new Error('The path is too long for a socket'), { code: 'ENAMETOOLONG' });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < attempts; attempt++) {
    const highest = await highestNumber(folder);
    const holder = highest === 0 ? 'dead' : await probe(join(folder, String(highest)));
    if (holder !== 'dead') throw inUse(dir, holder.pid);
    const server = await listen(claim);
    try {
      const number = highest + 1;
      if (await claimed(folder, claim, number)) {
        await removeOthers(folder, [basename(claim), String(number)]);
        return { release: () => close(server) };
      }
    } catch (error) {
      await close(server);
      throw error;
    }
    await close(server);
    await sleep(10 * Math.random());
  }
  throw inUse(dir, null);
}

/** Claims the lock. Returns false when another process was faster. */
async function claimed(folder: string, claim: string, number: number): Promise<boolean> {
  const path = join(folder, String(number));
  try {
    await symlink(basename(claim), path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  if ((await highestNumber(folder)) === number) return true;
  await rm(path, { force: true });
  return false;
}

async function highestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
  return Math.max(0, ...numbers);
}

/** Removes all other entries, including sockets of contenders: they lose while this process lives. */
async function removeOthers(folder: string, keep: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !keep.includes(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })));
}

/** Requests the pid of the process that listens at `path`. Only ECONNREFUSED and a missing file mean that none does. */
function probe(path: string): Promise<'dead' | { readonly pid: number | null }> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(path);
    const alive = (): void => {
      socket.destroy();
      resolve({ pid: /^\d+\n/.test(answer) ? Number.parseInt(answer, 10) : null });
    };
    socket.setTimeout(pidWaitMs, alive);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('end', alive);
    socket.on('error', (error) => {
      if (['ECONNREFUSED', 'ENOENT'].includes(codeOf(error))) resolve('dead');
      // EAGAIN: its queue is full. EPIPE, ECONNRESET: it accepted the connection a moment ago.
      else if (['EAGAIN', 'EPIPE', 'ECONNRESET'].includes(codeOf(error))) alive();
      else
        reject(
          new Error(`The lock of the data directory cannot be asked: ${error.message}`, { cause: error }),
        );
    });
  });
}

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${process.pid}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      // The lock alone must not keep the process running.
      server.unref();
      resolve(server);
    });
  });
}

/** Closing removes the socket. The link then points nowhere, which also counts as a dead holder. */
const close = (server: Server): Promise<void> =>
  server.listening ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve();

const inUse = (dir: string, pid: number | null): ConfigError =>
  new ConfigError(
    `The data directory ${dir} is in use by another darkroom server${pid === null ? '' : ` (process ${pid})`}. ` +
      'Stop that one, or set DARKROOM_DATA to another directory.',
  );

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
