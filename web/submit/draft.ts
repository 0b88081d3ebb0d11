/** A job that is being edited in the form. */
import type { FieldProblem, JobAsset, JobRequest } from '../../src/client/client.ts';
import { parseJsonText } from '../../src/lib/json-faults.ts';
import { buildFields } from './fields.ts';
import { type Entries, parseParams, splitLines } from './params.ts';
import type { Runnable } from './runnable.ts';

export interface Draft {
  readonly entries: Entries;
  /** Parameters without a field, as a JSON object. */
  readonly more: string;
  readonly files: readonly File[];
  /** URLs and paths on the server, one per line. */
  readonly sources: string;
  /** Attribute values by name, for all assets. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly id: string;
  readonly callbackUrl: string;
  readonly callbackToken: string;
  readonly priority: string;
  /** `name=value`, one per line. */
  readonly labels: string;
}

export const emptyDraft: Draft = {
  entries: {},
  more: '',
  files: [],
  sources: '',
  attributes: {},
  id: '',
  callbackUrl: '',
  callbackToken: '',
  priority: '',
  labels: '',
};

/** Builds the request. It can only be sent if `errors` is empty. */
export function buildRequest(
  runnable: Runnable,
  draft: Draft,
): { readonly request: JobRequest; readonly errors: readonly FieldProblem[] } {
  const { params, errors } = parseParams(buildFields(runnable.params), draft.entries, draft.more);
  const labels = splitLines(draft.labels).map((line): [string, string] => {
    const at = line.indexOf('=');
    return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  const common = parseAttributes(runnable, draft.attributes);
  const { id, priority, callbackUrl: url, callbackToken: token } = draft;
  const request: JobRequest = {
    ...(id.trim() !== '' && { id: id.trim() }),
    ...(runnable.template === undefined ? { operation: runnable.name } : { template: runnable.template }),
    params,
    assets: runnable.inputs.max === 0 ? [] : buildAssets(draft, common.attributes),
    ...(url.trim() !== '' && { callback: { url: url.trim(), ...(token !== '' && { token }) } }),
    ...(priority !== '' && { priority: Number(priority) }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
  return { request, errors: [...errors, ...common.errors] };
}

function buildAssets({ files, sources }: Draft, attributes: Readonly<Record<string, unknown>>): JobAsset[] {
  const common = Object.keys(attributes).length === 0 ? {} : { attributes };
  return [
    ...files.map((file) => ({ name: file.name, source: { blob: file }, ...common })),
    ...splitLines(sources).map((line) => ({
      source: /^[a-z]+:\/\//i.test(line) ? { url: line } : { path: line },
      ...common,
    })),
  ];
}

/** Parses each attribute as JSON, or keeps it as text if it is not JSON. Empty ones are omitted. */
function parseAttributes({ attributes: needed }: Runnable, texts: Draft['attributes']) {
  const attributes: Record<string, unknown> = {};
  const errors: FieldProblem[] = [];
  for (const { name } of needed) {
    const text = texts[name]?.trim() ?? '';
    const { value = text, fault } = parseJsonText(text);
    if (fault !== undefined) errors.push({ pointer: `/assets/0/attributes/${name}`, detail: fault });
    else if (value !== '') attributes[name] = value;
  }
  return { attributes, errors };
}
