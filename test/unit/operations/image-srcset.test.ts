/** image.srcset: sizes and addresses of responsive pictures. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { imageSrcset } from '../../../operations/image-srcset/index.ts';
import type { Operation } from '../../../operations/operation.ts';
import { operationContract } from '../../contracts/operation.ts';
import { photo } from '../../support/photos.ts';
import { plain } from '../../support/pictures.ts';
import { runOperation } from '../../support/run-operation.ts';

const operation = imageSrcset as Operation;
const small = await plain(60, 30).png().toBuffer();

operationContract(imageSrcset, {
  title: 'a picture',
  params: { widths: [16, 32], formats: ['webp', 'jpeg'] },
  assets: [{ name: 'a.png', bytes: small }],
  unusable: { name: 'list.txt', bytes: 'no picture' },
});

interface Srcset {
  readonly images: readonly {
    readonly name: string;
    readonly sources: readonly { readonly type: string; readonly srcset: string }[];
    readonly img: {
      readonly src: string;
      readonly srcset: string;
      readonly width: number;
      readonly height: number;
    };
  }[];
}

async function run(params: Record<string, unknown>, assets: { name: string; bytes: Buffer }[]) {
  const { files } = await runOperation(operation, { params, assets });
  const { images } = JSON.parse(String(files.get('srcset.json'))) as Srcset;
  return { files, images };
}

describe('a photograph', () => {
  test('has each width in each format, and the addresses lead to them', async () => {
    const { files, images } = await run({ widths: [320, 160] }, [
      { name: 'cat & dog.jpg', bytes: await photo('chelsea.jpg') },
    ]);
    const [{ sources, img } = { sources: [], img: { src: '', srcset: '' } }] = images;
    expect(sources.map(({ type }) => type)).toEqual(['image/avif', 'image/webp']);
    expect(img).toMatchObject({ src: 'cat%20%26%20dog-320.jpg', width: 320 });
    const candidates = [...sources.map(({ srcset }) => srcset), img.srcset].flatMap((srcset) =>
      srcset.split(', '),
    );
    expect(candidates).toHaveLength(6);
    for (const candidate of candidates) {
      const [url = '', width] = candidate.split(' ');
      const facts = await sharp(files.get(decodeURIComponent(url))).metadata();
      expect(`${facts.width}w`).toBe(width);
      expect(facts.exif ?? facts.xmp ?? facts.icc).toBeUndefined();
    }
  });

  test('is not enlarged: widths above its own become its own, once', async () => {
    const { files, images } = await run({ formats: ['webp'] }, [
      { name: 'a.jpg', bytes: await plain(500, 250).jpeg().toBuffer() },
    ]);
    expect(images[0]?.sources).toEqual([]);
    expect(images[0]?.img).toMatchObject({
      src: 'a-500.webp',
      srcset: 'a-320.webp 320w, a-500.webp 500w',
      width: 500,
      height: 250,
    });
    expect([...files.keys()]).toEqual(['a-320.webp', 'a-500.webp', 'srcset.json']);
  });

  test('is upright, and has the width that one sees', async () => {
    const turned = await plain(400, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { images } = await run({ widths: [100], formats: ['jpeg'] }, [{ name: 'a.jpg', bytes: turned }]);
    expect(images[0]?.img).toMatchObject({ width: 100, height: 200 });
  });
});

test('pictures of one name have addresses of their own, which begin with base_url', async () => {
  const bytes = small;
  const { images } = await run({ widths: [16], formats: ['jpeg'], base_url: 'https://cdn.example.com/s/' }, [
    { name: 'a.png', bytes },
    { name: 'a.png', bytes },
  ]);
  expect(images.map(({ img }) => img.src)).toEqual([
    'https://cdn.example.com/s/a-16.jpg',
    'https://cdn.example.com/s/a-16-2.jpg',
  ]);
});
