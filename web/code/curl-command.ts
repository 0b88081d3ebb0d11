/** Builds the curl command of a job request. */
import type { JobRequest } from '../../src/client/client.ts';

/** Returns a shell command. `server`: its URL. `withToken`: sends the token in the variable `TOKEN`. */
export function buildCurlCommand(server: string, request: JobRequest, withToken: boolean): string {
  const files: string[] = [];
  const assets = (request.assets ?? []).map((asset) => {
    if (!('blob' in asset.source)) return asset;
    const upload = `file-${files.length}`;
    files.push(`-F ${quote(`${upload}=@"${(asset.name ?? upload).replace(/["\\]/g, '\\$&')}"`)}`);
    return { ...asset, source: { upload } };
  });
  const { callback, ...rest } = request;
  const json = JSON.stringify({
    ...rest,
    ...(callback && { callback: { ...callback, ...(callback.token && { token: '…' }) } }),
    assets: assets.length === 0 ? undefined : assets,
  });
  const body =
    files.length > 0
      ? [`--form-string ${quote(`job=${json}`)}`, ...files]
      : ["-H 'content-type: application/json'", `-d ${quote(json)}`];
  const token = withToken ? ['-H "authorization: Bearer $TOKEN"'] : [];
  return [`curl ${quote(`${server}/v1/jobs`)}`, ...token, ...body].join(' \\\n  ');
}

const quote = (text: string): string =>
  /^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
