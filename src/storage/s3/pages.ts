/** Objects below a prefix, a page at a time. */
import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** What S3 lists, and takes for deletion, at once. */
const PAGE = 1000;

export interface PagesOptions {
  /** Of whole keys, as the bucket has them; so is `after`. */
  readonly prefix: string;
  readonly after?: string | undefined;
  /** As in `S3Connection.ask`. */
  readonly action: string;
}

/** In ascending order of keys. Pages are asked for when they are wanted. */
export async function* pages(
  connection: S3Connection,
  { prefix, after, action }: PagesOptions,
): AsyncGenerator<ObjectInfo[]> {
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const command = new ListObjectsV2Command({
      Bucket: connection.bucket,
      Prefix: prefix,
      StartAfter: after,
      ContinuationToken: token,
      MaxKeys: PAGE,
    });
    const page: ListObjectsV2CommandOutput = await connection.ask(action, (client, options) =>
      client.send(command, options),
    );
    yield (page.Contents ?? []).map(({ Key = '', Size, LastModified }) => infoOf(Key, Size, LastModified));
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  }
}

/** Times are in whole seconds, as the header of a single object has them; some servers' lists are finer. */
export const infoOf = (key: string, size = 0, modified = new Date(0)): ObjectInfo => ({
  key,
  size,
  modified: new Date(Math.floor(modified.getTime() / 1000) * 1000),
});
