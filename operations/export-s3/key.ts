/** Keys of exported files, built from a template. */
import { fillTemplate, unsuitable } from '../lib/name-template.ts';
import type { InputFile } from '../operation.ts';

/** UTF-8 bytes of a key, by the rules of S3. */
const MAX_KEY_BYTES = 1024;

/** @throws `asset_unsuitable` if the asset lacks an attribute, or if the key is too long or has a part that is no name */
export function buildKey(
  prefix: string,
  template: string,
  asset: Pick<InputFile, 'index' | 'name' | 'attributes'>,
): string {
  const key = prefix + fillTemplate(template, asset);
  const refuse = (what: string) => unsuitable(asset, `would have the key "${key}", which ${what}`);
  // Servers and proxies resolve such parts of paths.
  if (key.split('/').some((part) => part === '.' || part === '..')) throw refuse('has a part "." or ".."');
  if (key.startsWith('/') || key.endsWith('/')) throw refuse('begins or ends with "/"');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw refuse(`has more than ${MAX_KEY_BYTES} bytes`);
  return key;
}
