/**
 * One server a data directory: two of them would write to the same SQLite file.
 *
 * The lock is a listening unix socket, because the kernel closes it with its process, however that ends: there is
 * nothing to wait for after kill -9. Numbered symbolic links point to such sockets, and the highest number is the lock.
 * Whoever finds its holder dead listens and makes the next link, which one of many contenders can do; then it looks
 * again, for another may have gone further meanwhile. The highest number is never removed, so that a claim made on an
 * old view of the folder always loses. (Removing a dead socket and taking its name would let two contenders in.)
 *
 * It holds between processes of one machine, containers included, not between machines that share a disk.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../lib/settings/config-error.ts';

export interface DataLock {
  /** Gives the directory free. Calling it again does nothing. */
  release(): Promise<void>;
}

/** The smallest limit of a socket's path is macOS's: 104 bytes with the closing zero. */
const longestSocketPath = 103;
/** Claims that are lost to someone who has died since are made again, this often. */
const attempts = 20;
/** A holder that is alive but does not say its pid within this many milliseconds holds all the same. */
const pidWaitMs = 1000;

/** Resolves once `dir` (made if it is not there) is this process's alone; throws when another process has it. */
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

/** Where the lock lies when it cannot lie in the directory. */
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

/** Whether this process is the holder now. */
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

/** Sockets of contenders may go too: while this process lives they can only lose. */
async function removeOthers(folder: string, keep: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !keep.includes(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })));
}

/** Requests the pid of the process that listens at `path`. Only ECONNREFUSED means that none does. */
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
      // EAGAIN: its queue is full. EPIPE, ECONNRESET: it was there a moment ago.
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
      // The lock alone is no reason to keep the process running.
      server.unref();
      resolve(server);
    });
  });
}

/** Closing removes the socket, so that the link points nowhere: that is a dead holder as well. */
const close = (server: Server): Promise<void> =>
  server.listening ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve();

const inUse = (dir: string, pid: number | null): ConfigError =>
  new ConfigError(
    `The data directory ${dir} is in use by another darkroom server${pid === null ? '' : ` (process ${pid})`}. ` +
      'Stop that one, or set DARKROOM_DATA to another directory.',
  );

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
