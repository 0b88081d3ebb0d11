/** Placeholders in the steps of a template: `${params.NAME}`. A second `$` before one leaves it as text. */
import { toPointer } from '../jobs/validation/invalid-request.ts';

const PLACEHOLDER = /\$?\$\{params\.([^}]*)\}/g;

/** Characters of JSON that all values may have together. The steps may have as many in a job. */
const MAX_FILLED = 64 * 1024;

type Path = readonly (string | number)[];

/** Where a template uses a parameter. */
export interface Use {
  readonly param: string;
  /** JSON Pointer within the template. */
  readonly pointer: string;
  /** True: its value takes the place of the text. False: it is a part of the text, or of a name. */
  readonly isWhole: boolean;
  /** True: it stands in the name of a member, where it has no effect. */
  readonly isInName: boolean;
}

/** Lists the placeholders of a JSON value. */
export function listUses(value: unknown, path: Path = []): Use[] {
  if (typeof value === 'string') return usesIn(value, path, false);
  if (Array.isArray(value)) return value.flatMap((inner, index) => listUses(inner, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...usesIn(key, [...path, key], true),
    ...listUses(inner, [...path, key]),
  ]);
}

const usesIn = (text: string, path: Path, isInName: boolean): Use[] =>
  [...text.matchAll(PLACEHOLDER)].flatMap(([match, param = '']) =>
    isEscaped(match) ? [] : [{ param, pointer: toPointer(path), isWhole: match === text, isInName }],
  );

const isEscaped = (match: string): boolean => match.startsWith('$$');

/** The values of a template's parameters. */
type Values = Readonly<Record<string, unknown>>;

/**
 * Fills in the placeholders of a template. A member or entry is left out if it is a parameter without a value. In the expression
 * `when` of a step, values are written as JSON.
 *
 * @returns null when the values are too long, being used too often
 */
export function fillPlaceholders<Template>(template: Template, params: Values): Template | null {
  const lengths = new Map<string, number>();
  let length = 0;
  const take = (name: string): unknown => {
    const found = Object.hasOwn(params, name) ? params[name] : undefined;
    if (!lengths.has(name)) lengths.set(name, JSON.stringify(found)?.length ?? 0);
    length += lengths.get(name) ?? 0;
    if (length > MAX_FILLED) throw new TooLong();
    return found;
  };
  try {
    return fill(template, [], take) as Template;
  } catch (error) {
    if (error instanceof TooLong) return null;
    throw error;
  }
}

class TooLong extends Error {}

type Take = (name: string) => unknown;

function fill(value: unknown, path: Path, take: Take): unknown {
  if (typeof value === 'string') return fillText(value, isExpression(path), take);
  if (Array.isArray(value))
    return value
      .map((inner, index) => fill(inner, [...path, index], take))
      .filter((inner) => inner !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([key, inner]) => [key, fill(inner, [...path, key], take)] as const,
  );
  return Object.fromEntries(members.filter(([, inner]) => inner !== undefined));
}

const isExpression = ([steps, , field, ...deeper]: Path): boolean =>
  steps === 'steps' && field === 'when' && deeper.length === 0;

function fillText(text: string, asJson: boolean, take: Take): unknown {
  const [whole] = usesIn(text, [], false);
  if (whole?.isWhole && !asJson) return take(whole.param);
  return text.replace(PLACEHOLDER, (match, name: string) => {
    if (isEscaped(match)) return match.slice(1);
    const value = take(name);
    return asJson || typeof value !== 'string' ? (JSON.stringify(value) ?? '') : value;
  });
}
