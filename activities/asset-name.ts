/** The name of an asset that its client did not name. */
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import { toFileName } from '../src/lib/file-name.ts';

/** Characters of a name; as of names that clients choose. */
const MAX_LENGTH = 200;

/**
 * Returns the last part of the URL, path or key of a source; `asset-INDEX` if it has none that can be a file name. Only URLs are
 * percent-encoded: in a path of the server, "%20" is part of the name.
 */
export function defaultAssetName(source: AssetInput['source'], index: number): string {
  const path = toPath(source);
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  const name = 'url' in source ? decodePercent(last) : last;
  return toFileName(name.slice(0, MAX_LENGTH)) ?? `asset-${index}`;
}

function toPath(source: AssetInput['source']): string {
  if ('path' in source) return source.path;
  if ('s3' in source) return source.s3.key ?? '';
  return 'url' in source ? new URL(source.url).pathname : '';
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
