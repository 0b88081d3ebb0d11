/** What the jobs of `pipeline` and `burst` do to a photograph, without durability. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';

export interface PhotoWork {
  /** Names the photograph; the callback has it, too. */
  readonly id: string;
  /** Address of a `PhotographServer`. */
  readonly source: string;
  /** Path of the picture that is made. */
  readonly target: string;
}

/** Width of the pictures. */
export const PICTURE_WIDTH = 1600;

/** Downloads a photograph, resizes it, hashes the picture and writes it to the disk. */
export async function makePicture({ id, source, target }: PhotoWork): Promise<void> {
  const photo = Buffer.from(await (await fetch(`${source}/${id}.jpg`)).arrayBuffer());
  const picture = await sharp(photo).rotate().resize(PICTURE_WIDTH).webp().toBuffer();
  createHash('sha256').update(picture).digest('hex');
  await writeFile(target, picture);
}

/** Makes a picture, and reports its id by a callback. */
export async function makeAndReport(work: PhotoWork): Promise<void> {
  await makePicture(work);
  await fetch(`${work.source}/done`, { method: 'POST', body: JSON.stringify({ id: work.id }) });
}
