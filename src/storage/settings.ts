/** Settings of the object store. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { httpUrlOrNone } from '../lib/settings/values.ts';
import { faultOf } from './key.ts';

type StoreAddress =
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** `file:DIRECTORY`, `s3://BUCKET` or `s3://BUCKET/PREFIX`. */
const storeAddress = z.string().transform((text, context): StoreAddress => {
  const [, directory] = /^file:(.+)$/.exec(text) ?? [];
  if (directory !== undefined) return { kind: 'file', directory: resolve(directory) };
  const [, bucket, prefix = ''] = /^s3:\/\/([\w.-]{3,63})(?:\/(.*?))?\/?$/.exec(text) ?? [];
  if (bucket === undefined) context.addIssue('must be file:DIRECTORY, s3://BUCKET or s3://BUCKET/PREFIX');
  else if (prefix !== '') {
    const fault = prefix
      .split('/')
      .map(faultOf)
      .find((found) => found !== null);
    if (fault) context.addIssue(`its prefix ${fault}`);
  }
  return { kind: 's3', bucket: bucket ?? '', prefix };
});

export const storageSettings = defineSettings({
  DARKROOM_STORE: {
    schema: storeAddress,
    default: (dataDir) => `file:${join(dataDir, 'store')}`,
    description:
      'object store: file:DIRECTORY, or s3://BUCKET/PREFIX with credentials, region and endpoint from the AWS_* variables',
  },
  DARKROOM_S3_PUBLIC_URL: {
    schema: httpUrlOrNone,
    default: '',
    description:
      'address of the S3 server for clients, used in links to objects; none: links point to this server; default: AWS_ENDPOINT_URL_S3',
  },
});
