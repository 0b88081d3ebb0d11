/** Damage in the metadata of AVIF files. Pillow, which reads them by libavif as browsers do, refuses each file as well. */
import { expect, test } from 'vitest';
import { imageTransform } from '../../../operations/image-transform/index.ts';
import { decodeByReference, lacksDecoders } from '../../support/damage-reference.ts';
import { noise, quarters } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const opaque = await noise(64, 48).avif({ effort: 0 }).toBuffer();
const alpha = await quarters().ensureAlpha(0.5).avif({ effort: 0 }).toBuffer();

/** Replaces a byte, counted from the type of the nth box of this type. */
function damage(file: Buffer, box: string, offset: number, value: number, nth = 0): Buffer {
  let at = -1;
  for (let left = nth; left >= 0; left--) at = file.indexOf(box, at + 1, 'latin1');
  const copy = Buffer.from(file);
  expect(copy[at + offset]).not.toBe(value);
  copy[at + offset] = value;
  return copy;
}

function flipBit(file: Buffer, box: string, offset: number, bit: number): Buffer {
  return damage(file, box, offset, (file[file.indexOf(box, 0, 'latin1') + offset] ?? 0) ^ (1 << bit));
}

const cases: readonly (readonly [what: string, file: Buffer, message: RegExp])[] = [
  ['handler', damage(opaque, 'hdlr', 9, 4), /its box hdlr is invalid/],
  ['handler type', damage(opaque, 'pict', 0, 0x71), /its box hdlr is invalid/],
  ['name of an item without an end', damage(opaque, 'av01', 4, 4), /its box infe is invalid/],
  ['version of an item', damage(opaque, 'infe', 4, 1), /its box infe is invalid/],
  ['marker of the configuration', damage(opaque, 'av1C', 4, 1), /its box av1C is invalid/],
  ['bits per channel of the configuration', damage(opaque, 'av1C', 6, 0x42), /about the bits per channel/],
  ['bits of one channel', damage(opaque, 'pixi', 10, 9), /its box pixi is invalid/],
  ['number of channels', damage(opaque, 'pixi', 8, 0), /its box pixi is invalid/],
  ['size of the list of properties', damage(opaque, 'ipco', -1, 0xf0), /its box iprp is invalid/],
  [
    'association with a property that is missing',
    damage(opaque, 'ipma', 15, 0x1f),
    /its box ipma is invalid/,
  ],
  ['sizes of places', damage(opaque, 'iloc', 8, 0x34), /its box iloc is invalid/],
  ['primary item', damage(opaque, 'pitm', 9, 7), /its primary picture is missing/],
  // Behind the temporal delimiter, the head of the OBU, and the size of the picture.
  ['bits per channel of the data', flipBit(alpha, 'mdat', 4 + 4 + 4, 2), /about the format of its pixels/],
  ['reference to alpha', damage(alpha, 'auxl', 5, 0), /its box iref is invalid/],
  ['id of alpha', damage(alpha, 'infe', 9, 9, 1), /a part of its picture is missing/],
];

test.skipIf(lacksDecoders)('undamaged files are read', async () => {
  for (const { complaint } of decodeByReference([
    { name: 'a.avif', bytes: opaque },
    { name: 'b.avif', bytes: alpha },
  ]))
    expect(complaint).toBeNull();
  const { files } = await runOperation(imageTransform as never, {
    assets: [
      { name: 'a.avif', bytes: opaque },
      { name: 'b.avif', bytes: alpha },
    ],
  });
  expect(files.size).toBe(2);
});

test.skipIf(lacksDecoders)('damaged files are refused, by the box that is damaged', async () => {
  const complaints = decodeByReference(cases.map(([, bytes], index) => ({ name: `${index}.avif`, bytes })));
  const assets = cases.map(([name, bytes]) => ({ name, bytes }));
  const { files, failures } = await runOperation(imageTransform as never, {
    params: { on_error: 'skip' },
    assets: [...assets, { name: 'whole.avif', bytes: opaque }],
  });
  expect([...files.keys()]).toEqual(['whole.avif']);
  for (const [index, [what, , message]] of cases.entries()) {
    expect.soft(complaints[index]?.complaint, what).not.toBeNull();
    expect
      .soft(failures[index], what)
      .toMatchObject({ error: { code: 'asset_corrupt', message: expect.stringMatching(message) } });
  }
});

test.each(['fail', 'accept'])(
  'a file that was cut off is refused: no part of it can be decoded (%s)',
  async (on_damaged) => {
    const bytes = await noise(512, 384).avif({ effort: 0 }).toBuffer();
    const assets = [{ name: 'a.avif', bytes: bytes.subarray(0, Math.floor(bytes.length * 0.7)) }];
    await expect(
      runOperation(imageTransform as never, { params: { on_damaged }, assets }),
    ).rejects.toMatchObject({ code: 'asset_corrupt', details: { damage: 'truncated' } });
  },
);
