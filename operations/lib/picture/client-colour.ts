/** Colours of the client, which are sRGB, converted to the colours of a picture. */
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { hasStatedLength } from './icc-profile.ts';

/** Red, green and blue from 0 to 255, alpha from 0 to 1: as sharp expects it. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

export interface TargetColours {
  /** @param colour - `#rgb`, `#rrggbb` or `#rrggbbaa`, in sRGB. */
  convert(colour: string): Promise<Colour>;
}

/** For pictures in sRGB. */
export const srgbColours: TargetColours = { convert: async (colour) => parseColour(colour) };

/** For pictures that stay in a profile of their own. */
export class ProfileColours implements TargetColours {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * @param file - Path to write the profile to, for libvips.
   * @returns Null if a result cannot have the profile, or if nothing can be converted to it, for instance because it describes a scanner.
   */
  static async open(profile: Buffer, file: string): Promise<ProfileColours | null> {
    if (!hasStatedLength(profile)) return null;
    await writeFile(file, profile);
    const colours = new ProfileColours(file);
    return (await colours.#convertPixel(parseColour('#fff'))) ? colours : null;
  }

  async convert(colour: string): Promise<Colour> {
    const converted = await this.#convertPixel(parseColour(colour));
    if (!converted) throw new Error('A colour could not be converted to the profile of the picture');
    return converted;
  }

  /** Null if libvips could not convert, or if the profile is not of RGB. */
  async #convertPixel({ r, g, b, alpha }: Colour): Promise<Colour | null> {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: { r, g, b } } });
    const png = await pixel.withIccProfile(this.#file).png().toBuffer();
    // sharp only warns when the conversion fails, and then attaches no profile.
    if (!(await sharp(png).metadata()).hasProfile) return null;
    const { data, info } = await sharp(png, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const [red, green, blue] = data;
    if (info.channels !== 3 || red === undefined || green === undefined || blue === undefined) return null;
    return { r: red, g: green, b: blue, alpha };
  }
}

function parseColour(colour: string): Colour {
  const digits = colour.slice(1);
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const [r = 0, g = 0, b = 0, alpha = 255] = Buffer.from(long, 'hex');
  return { r, g, b, alpha: alpha / 255 };
}
