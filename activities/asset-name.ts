/** The name of an asset that its client did not name. */
import type { AssetInput } from '../src/jobs/model/run-input.ts';
import { toFileName } from '../src/lib/file-name.ts';

/** Characters of a name; as of names that clients choose. */
const MAX_LENGTH = 200;

/**
 * Returns the last part of the URL or path of a source; `asset-INDEX` if it has none that can be a file name. Only URLs are
 * percent-encoded: in a path of the server, "%20" is part of the name.
 */
export function defaultAssetName(source: AssetInput['source'], index: number): string {
  const path = 'path' in source ? source.path : 'url' in source ? new URL(source.url).pathname : '';
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  const name = 'url' in source ? decodePercent(last) : last;
  return toFileName(name.slice(0, MAX_LENGTH)) ?? `asset-${index}`;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
