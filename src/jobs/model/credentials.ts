/** Named credentials of a tenant: the keys of a bucket on an S3 server. */
import { z } from 'zod';
import { httpUrl } from './asset.ts';
import { bucketName, credentialsName } from './bucket-names.ts';

const visible = (limit: number) =>
  z
    .string()
    .max(limit)
    .regex(/^[\x21-\x7e]+$/, 'must have visible ASCII characters only');

export const s3Keys = z.strictObject({
  access_key_id: visible(256),
  secret_access_key: visible(1024),
  session_token: visible(8192).optional().describe('Of temporary keys, which expire'),
});

export type S3Keys = z.infer<typeof s3Keys>;

/** Where the keys are valid. Everyone in the tenant may read it. */
const s3Place = z.strictObject({
  endpoint: httpUrl
    .refine((url) => /^https?:\/\/[^/?#]+\/?$/.test(url), 'must have neither a path nor a query')
    .optional()
    .describe('Address of the S3 server. Default: that of Amazon in the region')
    .meta({ example: 'https://s3.example.com' }),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-central-1')
    .default('us-east-1')
    .describe('Most servers other than Amazon’s take any'),
  bucket: bucketName.describe('The bucket that is used unless a job names another one'),
  path_style: z
    .boolean()
    .optional()
    .describe(
      'Whether the bucket is in the path of addresses, not in the host. Default: true with an endpoint',
    ),
});

export type S3Place = z.infer<typeof s3Place>;

export const newCredentials = s3Place.extend({ name: credentialsName, ...s3Keys.shape });

export type NewCredentials = z.infer<typeof newCredentials>;

/** Credentials as they are shown: without secrets. */
export const credentialsView = z.object({
  name: z.string(),
  kind: z.literal('s3'),
  endpoint: z.string().nullable(),
  region: z.string(),
  bucket: z.string(),
  path_style: z.boolean(),
  access_key_id: z.string().describe('Only its last four characters, after "…"'),
  created_at: z.iso.datetime(),
  rotated_at: z.iso.datetime().nullable().describe('When the keys were replaced last'),
});

export type CredentialsView = z.infer<typeof credentialsView>;

/** Where shown credentials are valid. */
export const placeOf = ({ endpoint, region, bucket, path_style }: CredentialsView): S3Place => ({
  ...(endpoint === null ? {} : { endpoint }),
  region,
  bucket,
  path_style,
});
