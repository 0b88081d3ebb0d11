/** Channels of TIFF beside those of colour. libvips takes each for transparency. */
import type { InputFile } from '../../operation.ts';
import { TiffFile } from '../formats/tiff-file.ts';
import type { SourceImage } from '../image-source.ts';

const colourChannels: Readonly<Record<string, number>> = { 'b-w': 1, grey16: 1, cmyk: 4 };
const RGB_CHANNELS = 3;

/** Values of ExtraSamples (TIFF 6.0, section 18): premultiplied alpha and plain alpha. 0 is unspecified, such as infrared or a spot colour. */
const ALPHA = [1, 2];

/**
 * Returns how many channels of a picture count, the first ones: colour, and alpha if the file calls the first further channel so. Old programs write
 * one further channel without any tag for alpha.
 *
 * @returns null if all count.
 */
export async function countUsedChannels(
  input: InputFile,
  { format, header, file }: SourceImage,
): Promise<number | null> {
  const colours = colourChannels[header.space] ?? RGB_CHANNELS;
  const extra = header.channels - colours;
  if (format !== 'tiff' || extra <= 0) return null;
  const first = await TiffFile.use(input.path, (tiff) => tiff?.find(file)?.number('extraSamples', undefined));
  const hasAlpha = first === undefined ? extra === 1 : ALPHA.includes(first);
  const used = colours + (hasAlpha ? 1 : 0);
  return used < header.channels ? used : null;
}
