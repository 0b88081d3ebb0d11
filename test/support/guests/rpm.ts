/** Databases of rpm in its three formats, with packages that rpm itself installs. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from './tools.ts';

const specification = (name: string, version: string, epoch: number): string =>
  `Name: ${name}\nVersion: ${version}\nRelease: 3.fc41\n${epoch ? `Epoch: ${epoch}\n` : ''}Summary: test\nLicense: MIT\nBuildArch: noarch\n` +
  '%description\ntest\n%files\n';

/**
 * Python: writes the headers of an SQLite database as input of db_load, and as a file of ndb. The layout of the latter is that of
 * lib/backend/ndb/rpmpkg.c in rpm. db_load writes Berkeley DB.
 */
const convert = `
import sqlite3, struct, sys, zlib
source, dump, ndb = sys.argv[1:]
rows = sqlite3.connect(source).execute("SELECT hnum, blob FROM Packages").fetchall()
records = [(0, struct.pack("<I", len(rows) + 1)), *((number, bytes(blob)) for number, blob in rows)]
with open(dump, "w") as file:
    print("VERSION=3\\nformat=bytevalue\\ntype=hash\\nHEADER=END", file=file)
    for number, value in records:
        print(f" {struct.pack('<I', number).hex()}\\n {value.hex()}", file=file)
    print("DATA=END", file=file)
slots, blobs = b"", b""
for number, blob in records[1:]:
    whole = struct.pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
    whole += bytes(-(len(whole) + 12) % 16)
    whole += struct.pack("<II4s", zlib.adler32(whole), len(blob), b"BlbE")
    slots += struct.pack("<4sIII", b"Slot", number, 256 + len(blobs) // 16, len(whole) // 16)
    blobs += whole
free = struct.pack("<4sIII", b"Slot", 0, 0, 0)
header = struct.pack("<4sIIII12x", b"RpmP", 0, 1, 1, len(rows) + 1)
with open(ndb, "wb") as file:
    file.write((header + slots + free * 254)[:4096] + blobs)
`;

export interface RpmDatabases {
  readonly sqlite: Buffer;
  readonly bdb: Buffer;
  readonly ndb: Buffer;
  /** Name, version and architecture of each package, as rpm lists them. */
  readonly packages: readonly { readonly name: string; readonly version: string; readonly arch: string }[];
}

/** Makes the databases in a folder. rpm reads two of the formats to list the packages, which have to be the same. */
export async function rpmDatabases(folder: string): Promise<RpmDatabases> {
  const packages = [specification('bash', '5.2.32', 0), specification('httpd', '2.4.62', 1)];
  await mkdir(folder, { recursive: true });
  for (const [index, text] of packages.entries()) {
    const path = join(folder, `${index}.spec`);
    await writeFile(path, text);
    await tool('rpmbuild', [
      '-bb',
      '--quiet',
      '--define',
      `_topdir ${folder}`,
      '--define',
      `_rpmdir ${folder}/${index}`,
      path,
    ]);
  }
  const files = ['0/noarch/bash-5.2.32-3.fc41.noarch.rpm', '1/noarch/httpd-2.4.62-3.fc41.noarch.rpm'];
  const paths = files.map((name) => join(folder, name));
  await tool('rpm', [
    '--dbpath',
    join(folder, 'sqlite'),
    '-i',
    '--justdb',
    '--nodeps',
    '--nosignature',
    ...paths,
  ]);
  await mkdir(join(folder, 'bdb'));
  const [sqlite, bdb, ndb] = ['sqlite/rpmdb.sqlite', 'bdb/Packages', 'Packages.db'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await tool('python3', ['-c', convert, sqlite, join(folder, 'dump'), ndb]);
  await tool('db_load', ['-f', join(folder, 'dump'), bdb]);
  const listed = await listPackages(join(folder, 'sqlite'), 'sqlite');
  if ((await listPackages(join(folder, 'bdb'), 'bdb_ro')) !== listed)
    throw new Error('rpm lists other packages in Berkeley DB');
  return {
    sqlite: await readFile(sqlite),
    bdb: await readFile(bdb),
    ndb: await readFile(ndb),
    packages: listed
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', version = '', arch = ''] = line.split(' ');
        return { name, version, arch };
      }),
  };
}

async function listPackages(path: string, backend: string): Promise<string> {
  const format = '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH}\n';
  const { stdout } = await promisify(execFile)('rpm', [
    '--dbpath',
    path,
    '--define',
    `_db_backend ${backend}`,
    '-qa',
    '--qf',
    format,
  ]);
  return stdout.split('\n').sort().join('\n');
}
