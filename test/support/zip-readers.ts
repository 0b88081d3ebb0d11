/** Programs and libraries by other makers that read ZIP archives: by the central directory, or from a stream. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { streamUnzipDirectory } from '../../scripts/test-servers.mjs';

const run = promisify(execFile);
const env = { ...process.env, LC_ALL: 'C.UTF-8' };

interface ReadZip {
  /** In the order of the archive. */
  readonly names: readonly string[];
  /** CRC-32 of all contents, one after the other. */
  readonly crc32: number;
}

interface ZipReader {
  readonly name: string;
  /** Whether this machine has it. */
  readonly isInstalled: boolean;
  /** Reads all entries. Rejects with what is wrong with the archive. May write files beside it. */
  readonly read: (archive: string) => Promise<ReadZip>;
  /** Programs that compare the contents with the checksums of the archive themselves. Returns the names. Rejects as `read`. */
  readonly verify?: (archive: string) => Promise<readonly string[]>;
}

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** Runs a program whose output is the contents. `input`: the archive comes from a pipe. */
async function readContents(program: string, args: readonly string[], input?: string): Promise<number> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (input === undefined) child.stdin.end();
  else createReadStream(input).pipe(child.stdin.on('error', () => undefined));
  let sum = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) sum = crc32(chunk, sum);
  const code = await ended;
  if (code !== 0 || errors !== '') throw new Error(`${program} ended with ${code}: ${errors}`);
  return sum;
}

/** Runs a shell command on an archive, "$1". Returns the lines of its output. */
const readLines = async (command: string, archive: string) =>
  lines((await run('sh', ['-c', command, 'sh', archive], { env })).stdout);

/** Lists the names in an archive by 7z. */
async function listBy7z(archive: string): Promise<string[]> {
  const { stdout } = await run('7z', ['l', '-slt', '-ba', archive], { env });
  return [...stdout.matchAll(/^Path = (.*)$/gm)].map(([, name = '']) => name);
}

/** Runs a program of ours, which prints the names, and the checksum on the last line. */
async function readByProgram(program: string, args: readonly string[]): Promise<ReadZip> {
  const printed = lines((await run(program, [...args], { env, maxBuffer: 2 ** 24 })).stdout);
  return { names: printed.slice(0, -1), crc32: Number(printed.at(-1)) };
}

const PYTHON = `
import sys, zipfile, zlib
sum = 0
with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        print(entry.filename)
        with archive.open(entry) as content:
            while chunk := content.read(2 ** 20): sum = zlib.crc32(chunk, sum)
print(sum)`;

const STREAM_UNZIP = `
import sys, zlib
sys.path.insert(0, sys.argv[2])
from stream_unzip import stream_unzip
sum = 0
with open(sys.argv[1], 'rb') as file:
    for name, size, chunks in stream_unzip(iter(lambda: file.read(2 ** 20), b'')):
        print(name.decode())
        for chunk in chunks: sum = zlib.crc32(chunk, sum)
print(sum)`;

const GO = `package main

import ("archive/zip"; "fmt"; "hash/crc32"; "io"; "os")

func main() {
	archive, err := zip.OpenReader(os.Args[1])
	if err != nil { panic(err) }
	sum := crc32.NewIEEE()
	for _, entry := range archive.File {
		fmt.Println(entry.Name)
		content, err := entry.Open()
		if err != nil { panic(err) }
		if _, err := io.Copy(sum, content); err != nil { panic(err) }
	}
	fmt.Println(sum.Sum32())
}
`;

const JAVA = `import java.io.*; import java.util.zip.*;
class ReadZip { public static void main(String[] args) throws Exception {
  PrintStream out = new PrintStream(System.out, true, "UTF-8");
  CRC32 sum = new CRC32();
  byte[] buffer = new byte[1 << 20];
  try (ZipInputStream zip = new ZipInputStream(new FileInputStream(args[0]))) {
    for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
      out.println(entry.getName());
      for (int n; (n = zip.read(buffer)) > 0; ) sum.update(buffer, 0, n); } }
  out.println(sum.getValue()); } }
`;

/** Writes a program beside the archive, where it is compiled. */
async function writeBeside(archive: string, name: string, source: string): Promise<string> {
  const path = join(dirname(archive), name);
  await writeFile(path, source);
  return path;
}

export const zipReaders: readonly ZipReader[] = [
  {
    name: '7z',
    isInstalled: has('7z', 'i'),
    read: async (archive) => ({
      names: await listBy7z(archive),
      crc32: await readContents('7z', ['x', '-so', '-bd', archive]),
    }),
    verify: async (archive) => {
      await run('7z', ['t', '-bd', archive], { env });
      return listBy7z(archive);
    },
  },
  {
    name: 'unzip',
    isInstalled: has('unzip', '-v'),
    read: async (archive) => ({
      names: await readLines('unzip -Z1 "$1"', archive),
      crc32: await readContents('unzip', ['-p', archive]),
    }),
    verify: (archive) => readLines('unzip -tqq "$1" && unzip -Z1 "$1"', archive),
  },
  {
    name: 'bsdtar, from a pipe',
    isInstalled: has('bsdtar', '--version'),
    read: async (archive) => ({
      names: await readLines('bsdtar -tf - <"$1"', archive),
      crc32: await readContents('bsdtar', ['-xOf', '-'], archive),
    }),
    verify: (archive) => readLines('cat "$1" | bsdtar -xOf - >/dev/null && cat "$1" | bsdtar -tf -', archive),
  },
  {
    name: 'zipfile of Python',
    isInstalled: has('python3', '--version'),
    read: (archive) => readByProgram('python3', ['-c', PYTHON, archive]),
  },
  {
    name: 'stream-unzip, which reads streams',
    isInstalled: existsSync(streamUnzipDirectory),
    read: (archive) => readByProgram('python3', ['-c', STREAM_UNZIP, archive, streamUnzipDirectory]),
  },
  {
    name: 'archive/zip of Go',
    isInstalled: has('go', 'version'),
    read: async (archive) => {
      const program = join(dirname(archive), 'readzip');
      const source = await writeBeside(archive, 'readzip.go', GO);
      await run('go', ['build', '-mod=readonly', '-o', program, source]);
      return readByProgram(program, [archive]);
    },
  },
  {
    name: 'ZipInputStream of Java, which reads streams',
    isInstalled: has('java', '--list-modules') && has('javac', '--version'),
    read: async (archive) =>
      readByProgram('java', [await writeBeside(archive, 'ReadZip.java', JAVA), archive]),
  },
];
