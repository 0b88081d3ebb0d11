/** Colours on terminals; see https://no-color.org. */
import type { WriteStream } from 'node:tty';

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90, bold: 1 } as const;

export type Colour = keyof typeof codes;

/** Colours text for `stream`, if that is a terminal with colours. */
export function coloured(text: string, colour: Colour | null, stream: WriteStream): string {
  const hasColours = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return hasColours && colour !== null ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text;
}

const stateColours: Readonly<Record<string, Colour>> = {
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  processing: 'cyan',
  downloading: 'cyan',
  packaging: 'cyan',
};

export const colourOfState = (state: string): Colour | null => stateColours[state] ?? null;
