/** export.s3: puts files into a bucket of the tenant. */
import { mediaTypeOf } from '../../src/lib/media-type.ts';
import { eachAsset } from '../lib/each-asset.ts';
import { gatherAs } from '../lib/gather.ts';
import { givingUp } from '../lib/give-up.ts';
import { type StageRecord, writeRecords } from '../lib/records.ts';
import { uploadStage } from '../lib/upload-stage.ts';
import { defineOperation, type StageContext } from '../operation.ts';
import { type Params, params } from './params.ts';
import { keyOf, planKeys, readKeys } from './plan.ts';

interface Exported extends StageRecord {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly uploaded: boolean;
  readonly verified: string;
}

export const exportS3 = defineOperation({
  name: 'export.s3',
  title: 'Export to a bucket',
  description:
    'Puts each asset into a bucket on an S3 server, with credentials of the tenant. Files that the bucket has already are not sent again. ' +
    'The result lists key, ETag, size and SHA-256 of each object, as the server confirmed them.',
  params,
  inputs: { min: 1, max: 10_000, media: ['*/*'] },
  result: 'json',
  outputs: ['application/json'],
  engine: {},
  stages: [
    { name: 'plan', title: 'Choose keys', capability: 'io', needsInputs: false, run: planKeys },
    { ...uploadStage, run: uploadAll },
    gatherAs('files'),
  ],
});

async function uploadAll(context: StageContext<Params>): Promise<void> {
  const { params, workspace, destinations, signal } = context;
  signal.throwIfAborted();
  const keys = await readKeys(workspace);
  const bucket = await destinations.openBucket(params.credentials, params.bucket);
  const exported = await eachAsset(context, async (input): Promise<Exported> => {
    const { index, name, path } = input;
    const request = {
      path,
      key: keyOf(keys, input),
      contentType: params.content_type ?? mediaTypeOf(name),
      cacheControl: params.cache_control,
      storageClass: params.storage_class,
      metadata: params.metadata,
    };
    const put = givingUp(context, params.give_up_hours, () => bucket.put(request, signal));
    return { index, name, bucket: bucket.bucket, ...(await put) };
  });
  await writeRecords(workspace, exported);
}
