/** Programs that submit a job: curl, TypeScript and Python. They name the files that they send. */
import type { JobAsset, JobRequest } from '../../src/client/client.ts';
import { buildCurlCommand } from './curl-command.ts';
import { Code, python, typeScript, writeLiteral } from './literal.ts';

const PACKAGE = 'darkroom/client';

interface CodeSample {
  readonly name: string;
  readonly text: string;
}

/** @param withToken Sends the token in the variable `TOKEN` (curl) or `DARKROOM_TOKEN` (programs). */
export const buildSamples = (
  server: string,
  request: JobRequest,
  withToken: boolean,
): readonly CodeSample[] => [
  { name: 'curl', text: buildCurlCommand(server, request, withToken) },
  { name: 'TypeScript', text: buildTypeScript(server, request, withToken) },
  { name: 'Python', text: buildPython(server, request, withToken) },
];

/** The token of a callback is secret. */
const withoutSecrets = ({ callback, ...rest }: JobRequest) => ({
  ...rest,
  callback: callback && { ...callback, ...(callback.token !== undefined && { token: '…' }) },
});

const isLocal = ({ source }: JobAsset): boolean => 'blob' in source;
const hasAttributes = ({ attributes }: JobAsset): boolean => Object.keys(attributes ?? {}).length > 0;

function buildTypeScript(server: string, request: JobRequest, withToken: boolean): string {
  const assets = request.assets ?? [];
  const write = (asset: JobAsset): unknown => {
    if (!isLocal(asset)) return asset;
    const file = `await localFile(${typeScript.quote(asset.name ?? 'file')})`;
    if (!hasAttributes(asset)) return new Code(file);
    return new Code(`{ ...(${file}), attributes: ${writeLiteral(asset.attributes, typeScript, '    ')} }`);
  };
  const job = { ...withoutSecrets(request), assets: assets.length > 0 ? assets.map(write) : undefined };
  const imports = [...(assets.some(isLocal) ? ['localFile'] : []), 'saveFiles'].join(', ');
  return `import { createClient } from ${typeScript.quote(PACKAGE)};
import { ${imports} } from ${typeScript.quote(`${PACKAGE}/files`)};

const darkroom = createClient({
  url: ${typeScript.quote(server)},${withToken ? '\n  token: process.env.DARKROOM_TOKEN,' : ''}
});
const { id } = await darkroom.submit(${writeLiteral(job, typeScript)});
const job = await darkroom.wait(id);
if (job.state !== 'completed') throw new Error(job.error?.message);
await saveFiles(darkroom, id, 'results');
`;
}

function buildPython(server: string, request: JobRequest, withToken: boolean): string {
  const assets = request.assets ?? [];
  const [local, remote] = [assets.filter(isLocal), assets.filter((asset) => !isLocal(asset))];
  const write = (asset: JobAsset): Code => {
    const path = `Path(${python.quote(asset.name ?? 'file')})`;
    if (!hasAttributes(asset)) return new Code(path);
    return new Code(`Upload(${path}, attributes=${writeLiteral(asset.attributes, python)})`);
  };
  const job = { ...withoutSecrets(request), assets: remote.length > 0 ? remote : undefined };
  const files = local.length === 0 ? '' : `, ${writeLiteral(local.map(write), python, '    ')}`;
  const names = local.some(hasAttributes) ? 'Darkroom, Upload' : 'Darkroom';
  const token = withToken ? ', token=os.environ["DARKROOM_TOKEN"]' : '';
  return `${withToken ? 'import os\n' : ''}${local.length > 0 ? 'from pathlib import Path\n' : ''}
from darkroom_client import ${names}

with Darkroom(${python.quote(server)}${token}) as darkroom:
    job = darkroom.submit(${writeLiteral(job, python, '    ')}${files})
    job = darkroom.wait(job["id"])
    if job["error"] is not None:
        raise SystemExit(job["error"]["message"])
    darkroom.save_files(job["id"], "results")
`.trimStart();
}
