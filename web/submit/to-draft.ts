/** Fills the form with the request of a job, to run it again with changes. */
import type { Job, RequestView } from '../../src/client/client.ts';
import { type Draft, emptyDraft } from './draft.ts';
import { buildFields, type Field } from './fields.ts';
import type { Entries } from './params.ts';
import type { Runnable } from './runnable.ts';

/** Values that equal the default are left empty. Uploads are not part of it: the client has to choose the files again. */
export function toDraft(runnable: Runnable, view: RequestView, labels: Job['labels']): Draft {
  const fields = buildFields(runnable.params);
  const known = new Set(fields.map(({ name }) => name));
  const others = Object.entries(view.params).filter(([name]) => !known.has(name));
  return {
    ...emptyDraft,
    entries: buildEntries(fields, view.params),
    more: others.length === 0 ? '' : JSON.stringify(Object.fromEntries(others), null, 2),
    sources: view.assets.shown
      .flatMap(({ source }) => ('url' in source ? [source.url] : 'path' in source ? [source.path] : []))
      .join('\n'),
    labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  };
}

function buildEntries(fields: readonly Field[], params: RequestView['params']): Entries {
  const given = fields.flatMap((field) => {
    const value = params[field.name];
    const isDefault = JSON.stringify(value) === JSON.stringify(field.fallback);
    return value === undefined || isDefault ? [] : [[field.name, toEntry(field, value)] as const];
  });
  return Object.fromEntries(given);
}

/** The inverse of `parseParams`. */
function toEntry(field: Field, value: unknown): Entries[string] {
  switch (field.kind) {
    case 'choices':
      return (value as unknown[]).map(String);
    case 'lines':
      return (value as unknown[]).join('\n');
    case 'text':
    case 'color':
    case 'number':
    case 'flag':
      return String(value);
    case 'json':
      return typeof value === 'string' && field.words.includes(value) ? value : JSON.stringify(value);
    case 'choice':
      return JSON.stringify(value);
  }
}
