/** Parameters of export.s3. */
import { z } from 'zod';
import { bucketName, credentialsName } from '../../src/jobs/model/bucket-names.ts';
import { giveUpHours } from '../lib/give-up.ts';
import { nameTemplate } from '../lib/name-template.ts';
import { onError } from '../operation.ts';

/** Amazon's limit for all metadata of an object, in bytes. */
const MAX_METADATA = 2048;

/** Bytes that the checksum takes of it. */
const CHECKSUM_BYTES = 'sha256'.length + 64;

const metadata = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must have lower-case letters, digits and "-"'),
    z.string().regex(/^[\x20-\x7e]*$/, 'must have printable ASCII characters only'),
  )
  .refine((given) => !Object.hasOwn(given, 'sha256'), 'cannot have "sha256": this export sets it')
  .refine(
    (given) => Object.entries(given).flat().join('').length <= MAX_METADATA - CHECKSUM_BYTES,
    `must have at most ${MAX_METADATA - CHECKSUM_BYTES} characters in all`,
  );

export const params = z.strictObject({
  credentials: credentialsName.describe('Name of the credentials (see `/v1/credentials`)'),
  bucket: bucketName.optional().describe('Default: the bucket of the credentials'),
  prefix: z
    .string()
    .max(512)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters')
    .default('')
    .describe('Begins each key, such as `shoots/42/`. A folder ends with a slash'),
  key: nameTemplate(512)
    .default('{name}')
    .describe(
      'The rest of each key: text with `{name}`, `{stem}` (name without extension), `{ext}` (with its dot), `{index}` (from 0) and ' +
        '`{attribute.NAME}` of the asset. Keys that several assets have are numbered like results: `a-2.jpg`',
    )
    .meta({ example: '{name}' }),
  storage_class: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'must be a storage class such as STANDARD_IA')
    .optional()
    .describe('Such as `STANDARD_IA` or `GLACIER_IR`. Default: that of the bucket'),
  content_type: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w."+-]+)*$/, 'must be a media type such as image/jpeg')
    .optional()
    .describe('Media type of all files. Default: by the extension of each name'),
  cache_control: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]+$/, 'must have printable ASCII characters only')
    .optional()
    .describe('Header `Cache-Control` of the objects'),
  metadata: metadata.default({}).describe('Metadata of all objects (`x-amz-meta-…`)'),
  give_up_hours: giveUpHours,
  on_error: onError,
});

export type Params = z.infer<typeof params>;
