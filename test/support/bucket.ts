/** Credentials for the bucket of an S3 server, as a worker opens it for the tenant `acme`, and a client to look into it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Keyring } from '../../src/auth/keyring.ts';
import { createDestinations } from '../../src/buckets/destinations.ts';
import { TenantBuckets } from '../../src/buckets/tenant-buckets.ts';
import { Retention, type RetentionReport } from '../../src/jobs/lifecycle/retention.ts';
import type { CredentialStore } from '../../src/jobs/ports/credentials.ts';
import type { Destinations } from '../../src/jobs/ports/destinations.ts';
import type { JobRuntime } from '../../src/jobs/ports/job-runtime.ts';
import type { OpenUploads } from '../../src/jobs/ports/open-uploads.ts';
import { createNameResolver } from '../../src/net/dns/resolver.ts';
import { createGuardedHttp } from '../../src/net/guarded-http.ts';
import { NetworkPolicy } from '../../src/net/network-policy.ts';
import { parseNetworkRule } from '../../src/net/network-rule.ts';
import { createJobArchive } from '../../src/storage/archive.ts';
import { createCredentialStore } from '../../src/storage/credentials.ts';
import { createFilesystemStore } from '../../src/storage/filesystem/index.ts';
import { createOpenUploads } from '../../src/storage/open-uploads.ts';
import { createReusableResults } from '../../src/storage/reusable-results.ts';
import { StoredUsage } from '../../src/storage/usage.ts';

interface S3Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface TestBucket {
  /** Its credentials are called `bucket`. */
  readonly destinations: Destinations;
  readonly buckets: TenantBuckets;
  readonly credentials: CredentialStore;
  readonly openUploads: OpenUploads;
  /** Destinations that record multipart uploads elsewhere. */
  destinationsWith(uploads: Pick<OpenUploads, 'begin'>): Destinations;
  /** Runs the retention as if so many milliseconds had passed. */
  deleteExpired(ms: number): Promise<RetentionReport>;
  readonly client: S3Client;
  dispose(): Promise<void>;
}

export async function openTestBucket({ endpoint, bucket, credentials: keys }: S3Place): Promise<TestBucket> {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-bucket-'));
  const store = createFilesystemStore({ root });
  const keyring = new Keyring([randomBytes(32)]);
  const credentials = createCredentialStore(store, keyring);
  const openUploads = createOpenUploads(store);
  const view = {
    name: 'bucket',
    kind: 's3',
    endpoint,
    region: 'us-east-1',
    bucket,
    path_style: true,
  } as const;
  await credentials.write(
    'acme',
    { ...view, created_at: new Date().toISOString(), rotated_at: null },
    { access_key_id: keys.accessKeyId, secret_access_key: keys.secretAccessKey },
  );
  const policy = new NetworkPolicy({ allow: [parseNetworkRule('127.0.0.0/8')] });
  const guard = { policy, resolver: createNameResolver() };
  const buckets = new TenantBuckets(credentials, guard);
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: keys,
    forcePathStyle: true,
    // Not every server knows the SDK's checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const destinationsWith = (uploads: Pick<OpenUploads, 'begin'>) =>
    createDestinations(buckets, uploads, createGuardedHttp(guard))('acme');
  // It knows no jobs.
  const runtime = { endedOutside: async function* () {} } as unknown as JobRuntime;
  const archive = createJobArchive(store, keyring);
  const retention = new Retention({
    runtime,
    archive,
    usage: new StoredUsage(store),
    openUploads,
    buckets,
    ...{ reusable: createReusableResults(store), reuseMs: 0, reuseEntries: 1 },
  });
  return {
    destinations: destinationsWith(openUploads),
    destinationsWith,
    buckets,
    credentials,
    openUploads,
    client,
    deleteExpired: (ms) =>
      retention.execute(new Date(Date.now() + ms), new AbortController().signal, () => undefined),
    dispose: async () => {
      client.destroy();
      await rm(root, { recursive: true, force: true });
    },
  };
}
