/** The S3 store, and exports, with servers by other makers, which differ in what they support and how they answer. */
import { existsSync } from 'node:fs';
import { test } from 'vitest';
import { exportContract } from '../contracts/export.ts';
import { storeContract } from '../contracts/store.ts';
import { moto, s3Proxy, startOtherS3Server } from '../support/other-s3-servers.ts';

/** A start of Java on a busy machine takes long. */
const START_MS = 120_000;

for (const program of [moto, s3Proxy]) {
  const { name, directory, needs, checksLinks } = program;
  if (!existsSync(directory)) {
    test(`S3, ${name}`, ({ skip }) =>
      skip(`${name} is not installed; scripts/test-programs.mjs installs it with ${needs}`));
    continue;
  }
  storeContract(`S3, ${name}`, async () => {
    const { bucket, env, dispose } = await startOtherS3Server(program);
    return { address: `s3://${bucket}/a team/très bien`, env, close: dispose, checksLinks };
  });
  exportContract(
    name,
    async () => {
      const { bucket, env, dispose } = await startOtherS3Server(program);
      const { AWS_ENDPOINT_URL_S3: endpoint = '' } = env;
      const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
      return { endpoint, bucket, credentials: { accessKeyId, secretAccessKey }, close: dispose };
    },
    { startMs: START_MS, hasPartMd5: program === moto, listed: 2100 },
  );
}
