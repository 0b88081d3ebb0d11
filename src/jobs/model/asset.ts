/** An asset as a client submits it: name, source, checksum and attributes. */
import { z } from 'zod';
import { bucketName, credentialsName } from './bucket-names.ts';
import { limitEntries } from './limit-entries.ts';

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(8192)
  .refine((url) => !hasCredentials(url), 'must not carry a user name or password')
  .meta({ example: 'https://images.example.com/photo.jpg' });

function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** A file name without directories, so that joining it to a path cannot leave that path. */
const fileName = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (name) => !/[/\\\p{Cc}\p{Cs}]/u.test(name) && name !== '.' && name !== '..',
    'must be a file name without slashes and control characters, and not "." or ".."',
  );

/** Objects of a bucket. */
const s3Source = z
  .strictObject({
    credentials: credentialsName.describe('Name of the credentials (see `/v1/credentials`)'),
    bucket: bucketName.optional().describe('Default: the bucket of the credentials'),
    key: z.string().min(1).max(1024).optional().describe('One object'),
    etag: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[\x21\x23-\x7e]+$/, 'must be an ETag without quotes')
      .optional()
      .describe('Of the object with `key`: the asset fails if the object has another one'),
    prefix: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe(
        'All objects whose keys begin with this; each is an asset. They are listed at the submission',
      ),
  })
  .refine(({ key, prefix }) => (key === undefined) !== (prefix === undefined), 'must have key or prefix')
  .refine(({ etag, key }) => etag === undefined || key !== undefined, {
    path: ['etag'],
    error: 'is for one object: give its key',
  });

const source = z
  .strictObject({
    url: httpUrl.optional().describe('Downloaded by the server'),
    path: z.string().min(1).max(4096).optional().describe('A file below an input directory of the server'),
    upload: z.string().min(1).max(200).optional().describe('The name of a file part of the same request'),
    s3: s3Source.optional().describe('Objects of a bucket of the tenant'),
  })
  .refine(
    (given) => Object.values(given).filter((value) => value !== undefined).length === 1,
    'must have exactly one of url, path, upload, s3',
  )
  // The check above, for OpenAPI.
  .meta({ id: 'Source', minProperties: 1, maxProperties: 1 });

/** Characters of JSON that the attributes of one asset may have. */
const MAX_ATTRIBUTES = 16 * 1024;

const asset = z
  .strictObject({
    name: fileName.optional().describe('Defaults to the last part of the URL or path'),
    source,
    checksum: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, 'must be "sha256:" and 64 hexadecimal digits')
      .optional()
      .describe('The job fails if the bytes differ'),
    attributes: z
      .record(z.string().max(200), z.unknown())
      .refine(
        (attributes) => JSON.stringify(attributes).length <= MAX_ATTRIBUTES,
        `must be at most ${MAX_ATTRIBUTES / 1024} KiB as JSON`,
      )
      .optional()
      .describe('Passed to the operation'),
  })
  .superRefine(({ name, checksum, source: { s3 } }, context) => {
    if (s3?.prefix === undefined) return;
    for (const [field, value] of Object.entries({ name, checksum }))
      if (value !== undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'is for one file, and this is a prefix' });
  })
  .meta({ id: 'Asset' });

/** Assets in one request. Larger jobs take several requests. */
export const MAX_ASSETS = 10_000;

export const assetList = limitEntries(MAX_ASSETS, z.array(asset).max(MAX_ASSETS));

export type Asset = z.infer<typeof asset>;

export type S3Source = z.infer<typeof s3Source>;
