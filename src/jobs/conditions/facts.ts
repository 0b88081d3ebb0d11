/** What a condition knows of an input. */

/** Facts of an input file, as conditions name them. */
export interface InputFacts {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Of a readable picture by its content, else by the extension of the name. */
  readonly media_type: string;
  /** Pixels, upright; 0 if the file is no readable picture. */
  readonly width: number;
  readonly height: number;
  /** 1 to 8, as in EXIF data; 1 if the picture does not say. 0 if the file is no readable picture. */
  readonly orientation: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export type FactName = keyof InputFacts;

/** Types of the variables in CEL. */
export const factTypes = {
  name: 'string',
  size: 'int',
  media_type: 'string',
  width: 'int',
  height: 'int',
  orientation: 'int',
  attributes: 'map<string, dyn>',
} as const satisfies Record<FactName, string>;

/** Facts that only the content of a file tells. */
export const contentFacts: readonly FactName[] = ['media_type', 'width', 'height', 'orientation'];
