/** Writes registry hives of Windows: https://github.com/msuhanov/regf/blob/master/Windows%20registry%20file%20format%20specification.md */

/** Values are texts or numbers; further keys are objects. */
export interface Key {
  readonly [name: string]: string | number | Key;
}

const PAGE = 4096;
const NONE = 0xffffffff;
const [TEXT, NUMBER] = [1, 4];
/** Where the first cell is. */
const SECURITY = 32;

/** Returns a hive with the keys below its root. */
export function hive(root: Key): Buffer {
  const cells: Buffer[] = [];
  let end = 32;
  const write = (content: Buffer): number => {
    const size = Math.ceil((content.length + 4) / 8) * 8;
    const cell = Buffer.alloc(size);
    cell.writeInt32LE(-size);
    content.copy(cell, 4);
    cells.push(cell);
    end += size;
    return end - size;
  };
  if (write(securityCell()) !== SECURITY) throw new RangeError('The permissions are not in the first cell');
  const start = writeKey(write, 'ROOT', root, 0x2c);
  const length = Math.ceil(end / PAGE) * PAGE;
  const free = Buffer.alloc(length - end);
  if (free.length >= 4) free.writeInt32LE(free.length);
  const bin = Buffer.alloc(32);
  bin.write('hbin');
  bin.writeUInt32LE(length, 8);
  return Buffer.concat([baseBlock(start, length), bin, ...cells, free]);
}

/** Permissions of all keys, which follow and precede themselves in their list. They name nobody. */
function securityCell(): Buffer {
  const cell = Buffer.alloc(40);
  cell.write('sk');
  for (const [at, value] of [
    [4, SECURITY],
    [8, SECURITY],
    [12, 1],
    [16, 20],
    [20, 0x8000_0001],
  ] as const)
    cell.writeUInt32LE(value, at);
  return cell;
}

function baseBlock(root: number, length: number): Buffer {
  const block = Buffer.alloc(PAGE);
  block.write('regf');
  for (const [at, value] of [
    [4, 1],
    [8, 1],
    [20, 1],
    [24, 5],
    [32, 1],
    [36, root],
    [40, length],
    [44, 1],
  ] as const) {
    block.writeUInt32LE(value, at);
  }
  let sum = 0;
  for (let at = 0; at < 508; at += 4) sum ^= block.readUInt32LE(at);
  block.writeUInt32LE(sum >>> 0, 508);
  return block;
}

type Write = (content: Buffer) => number;

function writeKey(write: Write, name: string, key: Key, flags = 0x20): number {
  const entries = Object.entries(key).sort(([a], [b]) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1));
  const values: number[] = [];
  const keys: [string, number][] = [];
  for (const [child, value] of entries) {
    if (typeof value === 'object') keys.push([child, writeKey(write, child, value)]);
    else values.push(writeValue(write, child, value));
  }
  const content = Buffer.alloc(76 + name.length);
  content.write('nk');
  content.writeUInt16LE(flags, 2);
  content.writeUInt32LE(keys.length, 20);
  content.writeUInt32LE(keys.length > 0 ? write(subkeys(keys)) : NONE, 28);
  content.writeUInt32LE(NONE, 32);
  content.writeUInt32LE(values.length, 36);
  content.writeUInt32LE(values.length > 0 ? write(offsets(values)) : NONE, 40);
  content.writeUInt32LE(SECURITY, 44);
  content.writeUInt32LE(NONE, 48);
  content.writeUInt16LE(name.length, 72);
  content.write(name, 76, 'latin1');
  return write(content);
}

function writeValue(write: Write, name: string, value: string | number): number {
  const content = Buffer.alloc(20 + name.length);
  content.write('vk');
  content.writeUInt16LE(name.length, 2);
  if (typeof value === 'number') {
    // Four bytes are kept in place of their offset.
    content.writeUInt32LE(0x80000004, 4);
    content.writeUInt32LE(value, 8);
  } else {
    const text = Buffer.from(`${value}\0`, 'utf16le');
    content.writeUInt32LE(text.length, 4);
    content.writeUInt32LE(write(text), 8);
  }
  content.writeUInt32LE(typeof value === 'number' ? NUMBER : TEXT, 12);
  content.writeUInt16LE(1, 16);
  content.write(name, 20, 'latin1');
  return write(content);
}

function subkeys(keys: readonly [string, number][]): Buffer {
  const list = Buffer.alloc(4 + 8 * keys.length);
  list.write('lf');
  list.writeUInt16LE(keys.length, 2);
  for (const [index, [name, offset]] of keys.entries()) {
    list.writeUInt32LE(offset, 4 + 8 * index);
    list.write(name.slice(0, 4), 8 + 8 * index, 'latin1');
  }
  return list;
}

function offsets(values: readonly number[]): Buffer {
  const list = Buffer.alloc(4 * values.length);
  for (const [index, offset] of values.entries()) list.writeUInt32LE(offset, 4 * index);
  return list;
}
