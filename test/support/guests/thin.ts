/** Thinly provisioned logical volumes. thin_restore, of thin-provisioning-tools, writes the metadata of their pool. */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { writeGroup } from './disks.ts';
import { tool } from './tools.ts';

const MIB = 2 ** 20;
const BLOCK = 64 * 1024;
const METADATA = 4 * MIB;

/** Makes a disk with the logical volume `root` of the group `vg-0`. Blocks of zeros are not in the pool; the last one is the first. */
export async function thin(disk: string, volume: string, segment = ''): Promise<void> {
  const bytes = await readFile(volume);
  const blocks = Array.from({ length: bytes.length / BLOCK }, (_, block) => ({
    block,
    data: bytes.subarray(block * BLOCK, (block + 1) * BLOCK),
  }));
  const mapped = blocks.filter(({ data }) => data.some((byte) => byte !== 0)).reverse();
  const data = Buffer.concat(mapped.map((entry) => entry.data));
  const size = Math.ceil(data.length / MIB) * MIB;
  await writeFile(`${disk}.data`, Buffer.concat([data], size));
  const mappings = mapped
    .map(({ block }, place) => ({ block, place }))
    .reverse()
    .map(({ block, place }) => `<single_mapping origin_block="${block}" data_block="${place}" time="0"/>`);
  await writeFile(
    `${disk}.xml`,
    `<superblock uuid="" time="0" transaction="1" flags="0" version="2" data_block_size="${BLOCK / 512}" nr_data_blocks="${size / BLOCK}">
<device dev_id="1" mapped_blocks="${mapped.length}" transaction="0" creation_time="0" snap_time="0">
${mappings.join('\n')}
</device>
</superblock>`,
  );
  await writeFile(`${disk}.metadata`, '');
  await truncate(`${disk}.metadata`, METADATA);
  await tool('thin_restore', ['-q', '-i', `${disk}.xml`, '-o', `${disk}.metadata`]);
  const pool =
    'type = "thin-pool"\nmetadata = "pool_tmeta"\npool = "pool_tdata"\ntransaction_id = 1\nchunk_size = 128';
  const root = `type = "thin"\nthin_pool = "pool"\ntransaction_id = 0\ndevice_id = 1\n${segment}`;
  await writeGroup(disk, [
    { name: 'pool_tmeta', path: `${disk}.metadata`, size: METADATA, isHidden: true },
    { name: 'pool_tdata', path: `${disk}.data`, size, isHidden: true },
    { name: 'pool', size, segment: pool, isVirtual: true },
    { name: 'root', size: bytes.length, segment: root, isVirtual: true },
  ]);
}
