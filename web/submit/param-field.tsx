import { FieldFrame } from './field-frame.tsx';
import type { Field } from './fields.ts';
import { ParamInput } from './param-input.tsx';
import { type Entries, paramPointer } from './params.ts';

type Entry = Entries[string];

interface Props {
  readonly field: Field;
  readonly entry: Entry | undefined;
  readonly errors: readonly string[] | undefined;
  readonly onEnter: (entry: Entry) => void;
}

/** The form field of a parameter. */
export function ParamField({ field, entry, errors, onEnter }: Props) {
  const { name, kind, required } = field;
  const isBox = kind === 'flag' && typeof field.fallback === 'boolean';
  const range = kind === 'number' ? formatRange(field.min, field.max) : '';
  const label = (
    <>
      <code>{name}</code>
      {required && <span class="quiet"> required</span>}
      {range !== '' && <span class="quiet"> {range}</span>}
    </>
  );
  return (
    <FieldFrame id={paramPointer(name)} label={label} help={buildHelp(field)} errors={errors} after={isBox}>
      {(ids) => <ParamInput field={field} entry={entry} ids={ids} onEnter={onEnter} />}
    </FieldFrame>
  );
}

function buildHelp(field: Field): string {
  const { description } = field;
  const form = field.kind === 'json' ? jsonHelp(field) : field.kind === 'lines' ? 'One per line.' : '';
  return [description.replace(/([^.])$/, form === '' ? '$1' : '$1.'), form].filter(Boolean).join(' ');
}

function jsonHelp({ words, items }: Extract<Field, { kind: 'json' }>): string {
  if (words.length === 0) return 'As JSON.';
  const list = items.length > 0 ? `, a list of ${quoteWords(items)} with commas` : '';
  return `${quoteWords(words)}${list}, or JSON.`;
}

const quoteWords = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

function formatRange(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return `${min} to ${max}`;
  if (min !== null) return `${min} or more`;
  return max === null ? '' : `up to ${max}`;
}
