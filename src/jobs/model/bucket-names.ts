/** Names of buckets, and of the credentials for them. */
import { z } from 'zod';

export const credentialsName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must have 1 to 63 lower-case letters, digits, "-" and "_"')
  .meta({ example: 'photo-bucket' });

/** Also the names that servers other than Amazon's accept. An ARN would lead to another server. */
export const bucketName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/, 'must be the name of a bucket')
  .meta({ example: 'photographs' });
