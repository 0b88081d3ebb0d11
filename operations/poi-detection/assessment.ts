/** Decides whether a picture shows a slide that can be analysed, and what a client must know about it. */
import type { InputFile } from '../operation.ts';
import type { Params } from './params.ts';
import { unsuitable } from './radius-range.ts';
import type { Survey } from './survey.ts';

export interface Note {
  /** Snake case. */
  readonly code: string;
  readonly message: string;
}

/** Grey pictures: maximum share of stained pixels, and minimum share of grey ones. */
const COLOURLESS = 0.002;
const GREY = 0.05;

const LEAST_CERTAINTY = 0.5;
const MOST_RESIDUAL = 0.015;

/** Minimum share of left-out pixels that is worth a note. */
const NOTED = 0.001;

/** @throws `asset_unsuitable` for fluorescence and pictures without colours. */
export function refuseUnsuitable({ isFluorescence, shares }: Survey, input: InputFile): void {
  if (isFluorescence)
    throw unsuitable(
      input,
      'looks like fluorescence: bright colours on black; only transmitted light with H&E or H-DAB is supported',
    );
  if (shares.stained < COLOURLESS * (1 - shares.padding) && shares.grey > GREY * (1 - shares.padding))
    throw unsuitable(input, 'has no colours: stains cannot be distinguished in a grey picture');
}

/**
 * Returns what a client must know about the result.
 *
 * @param marks - Share of the pixels that are pen marks, 0 to 1.
 */
export function describeDoubts(
  { shares, certainty, residual, set }: Survey,
  marks: number,
  params: Params,
): Note[] {
  const notes: Note[] = [];
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (shares.stained === 0) notes.push({ code: 'no_tissue', message: 'No stained tissue was found.' });
  else {
    const isChosen =
      params.stains === 'auto' && (params.channel === 'auto' || params.channel === 'haematoxylin');
    if (isChosen && certainty < LEAST_CERTAINTY)
      notes.push({
        code: 'stains_uncertain',
        message: `The colours fit H&E about as well as H-DAB. ${set} was assumed; set \`stains\` to choose.`,
      });
    if (residual > MOST_RESIDUAL)
      notes.push({
        code: 'stains_unknown',
        message: 'The colours fit neither H&E nor H-DAB well. Check the points in the overlay.',
      });
  }
  if (shares.padding > NOTED)
    notes.push({
      code: 'padding_left_out',
      message: `${percent(shares.padding)} of the picture is padding or transparent and was left out.`,
    });
  if (marks > NOTED)
    notes.push({
      code: 'marks_left_out',
      message: `${percent(marks)} of the picture has the colour of a pen or is black, and was left out.`,
    });
  return notes;
}
