import sharp, { type Metadata } from 'sharp';
import { imageTransform } from '../../operations/image-transform/index.ts';
import { runOperation } from './run-operation.ts';

/** The one result of image.transform for one asset. */
export async function transformOne(
  params: Record<string, unknown>,
  bytes: Uint8Array,
  name = 'picture.jpg',
): Promise<{ name: string; bytes: Buffer; metadata: Metadata }> {
  const { files } = await runOperation(imageTransform, { params, assets: [{ name, bytes }] });
  const [[result = '', content] = []] = files;
  if (content === undefined || files.size !== 1) throw new Error(`${files.size} results`);
  return { name: result, bytes: content, metadata: await sharp(content).metadata() };
}
