/** A job that is being edited in the form. */
import type { FieldProblem, JobAsset, JobRequest, Operation } from '../../src/client/client.ts';
import { buildFields } from './fields.ts';
import { type Entries, parseParams, splitLines } from './params.ts';

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
  operation: Operation,
  draft: Draft,
): { readonly request: JobRequest; readonly errors: readonly FieldProblem[] } {
  const { params, errors } = parseParams(buildFields(operation.params), draft.entries, draft.more);
  const labels = splitLines(draft.labels).map((line): [string, string] => {
    const at = line.indexOf('=');
    return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
  const { id, priority, callbackUrl: url, callbackToken: token } = draft;
  const request: JobRequest = {
    ...(id.trim() !== '' && { id: id.trim() }),
    operation: operation.name,
    params,
    assets: operation.inputs.max === 0 ? [] : buildAssets(operation, draft),
    ...(url.trim() !== '' && { callback: { url: url.trim(), ...(token !== '' && { token }) } }),
    ...(priority !== '' && { priority: Number(priority) }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  };
  return { request, errors };
}

function buildAssets(operation: Operation, { files, sources, attributes }: Draft): JobAsset[] {
  const given = operation.attributes
    .map(({ name }): [string, unknown] => [name, parseAttribute(attributes[name]?.trim() ?? '')])
    .filter(([, value]) => value !== '');
  const common = given.length === 0 ? {} : { attributes: Object.fromEntries(given) };
  return [
    ...files.map((file) => ({ name: file.name, source: { blob: file }, ...common })),
    ...splitLines(sources).map((line) => ({
      source: /^[a-z]+:\/\//i.test(line) ? { url: line } : { path: line },
      ...common,
    })),
  ];
}

/** Parses an attribute as JSON, or keeps it as text if it is not JSON. */
function parseAttribute(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
