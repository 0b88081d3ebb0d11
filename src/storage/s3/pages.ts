/** Lists objects below a prefix, page by page. */
import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** Maximum of S3 for one listing, and for one deletion. */
const PAGE = 1000;

export interface PagesOptions {
  /** A prefix of keys in the bucket. `after` is such a key, too. */
  readonly prefix: string;
  readonly after?: string | undefined;
  /** As in `S3Connection.send`. */
  readonly action: string;
}

/** In the order of the server. Requests each page when it is needed. */
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
    const page: ListObjectsV2CommandOutput = await connection.send(action, (client, options) =>
      client.send(command, options),
    );
    yield (page.Contents ?? []).map(({ Key = '', Size, LastModified }) => toInfo(Key, Size, LastModified));
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  }
}

/** Rounds times to seconds, as the headers of objects do. Lists of some servers are finer. */
export const toInfo = (key: string, size = 0, modified = new Date(0)): ObjectInfo => ({
  key,
  size,
  modified: new Date(Math.floor(modified.getTime() / 1000) * 1000),
});
