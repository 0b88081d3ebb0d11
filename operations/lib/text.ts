/** Renders lines of text to pixels: SVG, drawn by librsvg with the fonts of the machine. */
import sharp from 'sharp';
import { escapeMarkup } from './escape-markup.ts';

export interface TextBox {
  readonly text: string;
  /** Pixels from the left. */
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'middle';
}

export interface TextStyle {
  /** Pixels, of the strip and of the letters. */
  readonly height: number;
  readonly fontSize: number;
  readonly bold?: boolean;
  /** #rrggbb. */
  readonly colour: string;
  readonly background: string;
}

/** Renders a strip of one line with several texts, each clipped to its box. Returns RGB, 3 bytes per pixel. */
export async function textStrip(
  width: number,
  boxes: readonly TextBox[],
  { height, fontSize, bold, colour, background }: TextStyle,
): Promise<Buffer> {
  // A nested svg clips text that is wider than estimated, so that it does not cover its neighbour.
  const texts = boxes.map(({ text, x, width: boxWidth, align }) => {
    const at = align === 'middle' ? `x="${boxWidth / 2}" text-anchor="middle"` : 'x="0"';
    const words = escapeMarkup(truncateText(text, boxWidth / fontSize));
    return `<svg x="${x}" y="0" width="${boxWidth}" height="${height}"><text ${at} y="${height * 0.68}">${words}</text></svg>`;
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="${background}"/>` +
    `<g font-family="sans-serif" font-size="${fontSize}"${bold ? ' font-weight="bold"' : ''} fill="${colour}">` +
    `${texts.join('')}</g></svg>`;
  return await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
}

/** Whether this machine has a font: without one, all characters are drawn as the same empty box. */
export async function hasFonts(): Promise<boolean> {
  const style = { height: 32, fontSize: 24, colour: '#000000', background: '#ffffff' };
  const [one, two] = await Promise.all(
    ['A', 'B'].map((text) => textStrip(32, [{ text, x: 0, width: 32, align: 'left' }], style)),
  );
  return one !== undefined && two !== undefined && !one.equals(two);
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Truncates text with "…" between graphemes. `maxWidth` is in multiples of the font size. */
export function truncateText(text: string, maxWidth: number): string {
  const parts = [...characters.segment(text)].map(({ segment }) => segment);
  if (parts.reduce((sum, part) => sum + characterWidth(part), 0) <= maxWidth) return text;
  let left = maxWidth - characterWidth('…');
  let fits = '';
  for (const part of parts) {
    left -= characterWidth(part);
    if (left < 0) break;
    fits += part;
  }
  return `${fits.trimEnd()}…`;
}

/** Character widths in multiples of the font size: those of DejaVu Sans, a wide font, rounded up. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/^\p{Extended_Pictographic}|^\p{Regional_Indicator}/u, 1.4],
  [/^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\uff00-\uff60]/u, 1.05],
  [/^[mwMW@%—…]/, 1.0],
  [/^[iljI.,:;'|! ]/, 0.36],
  [/^[frt()[\]/-]/, 0.43],
  [/^[\p{Lu}]/u, 0.78],
];

const characterWidth = (character: string): number =>
  widths.find(([pattern]) => pattern.test(character))?.[1] ?? 0.66;
