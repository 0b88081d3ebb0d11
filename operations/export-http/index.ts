/** export.http: sends files to URLs, such as presigned ones. */
import { mediaTypeOf } from '../../src/lib/media-type.ts';
import { eachAsset } from '../lib/each-asset.ts';
import { gatherAs } from '../lib/gather.ts';
import { givingUp } from '../lib/give-up.ts';
import { fillTemplate, unsuitable } from '../lib/name-template.ts';
import { type StageRecord, writeRecords } from '../lib/records.ts';
import { uploadStage } from '../lib/upload-stage.ts';
import { defineOperation, type InputFile, type StageContext } from '../operation.ts';
import { type Params, params } from './params.ts';

interface Sent extends StageRecord {
  readonly name: string;
  /** Host of the URL, whose rest may be a secret. */
  readonly server: string;
  readonly status: number;
  readonly etag: string | null;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

export const exportHttp = defineOperation({
  name: 'export.http',
  title: 'Send files to URLs',
  description:
    'Sends each asset with PUT to a URL of its own: a presigned one by its name, or one from a template. The result lists status, ETag, size ' +
    'and SHA-256 of each file.',
  params,
  secrets: ['urls', 'headers'],
  inputs: { min: 1, max: 10_000, media: ['*/*'] },
  result: 'json',
  outputs: ['application/json'],
  engine: {},
  stages: [{ ...uploadStage, run: sendAll }, gatherAs('files')],
});

async function sendAll(context: StageContext<Params>): Promise<void> {
  const { params, destinations, signal } = context;
  signal.throwIfAborted();
  const sent = await eachAsset(context, async (input): Promise<Sent> => {
    const { index, name, path } = input;
    const url = urlOf(params, input);
    const type = params.content_type ?? mediaTypeOf(name);
    const headers = { 'content-type': type, ...params.headers };
    const send = () => destinations.putUrl({ url, path, headers }, signal);
    return { index, name, ...(await givingUp(context, params.give_up_hours, send)) };
  });
  await writeRecords(context.workspace, sent);
}

/** @throws `asset_unsuitable` if the asset has no URL */
function urlOf({ url, urls = {} }: Params, input: InputFile): string {
  if (url !== undefined) return fillTemplate(url, input, encodeURIComponent);
  const found = Object.hasOwn(urls, input.name) ? urls[input.name] : undefined;
  if (found === undefined) throw unsuitable(input, 'has no URL in the parameter "urls"');
  return found;
}
