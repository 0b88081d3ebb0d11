/** e2e3d with its results in S3: addresses that anybody can fetch, without credentials and without this server. */
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../../support/cli.ts';
import { createJsonRequest, post, type Results, untilShown } from '../../support/clients/e2e3d/requests.ts';
import { makeSets, type Sets } from '../../support/clients/e2e3d/sets.ts';
import { python } from '../../support/dialect-clients.ts';
import { BUILD_MS, type S3Server, startS3Server } from '../../support/s3-server.ts';
import { type Darkroom, startDarkroom } from '../../support/server.ts';
import { startWeb, type Web } from '../../support/web.ts';

let sets: Sets;
let web: Web;
let s3: S3Server;
let darkroom: Darkroom;
const ask = createJsonRequest(() => darkroom);

beforeAll(async () => {
  sets = await makeSets();
  web = await startWeb();
  s3 = await startS3Server();
  const env = {
    ...s3.env,
    DARKROOM_STORE: `s3://${s3.bucket}/models`,
    DARKROOM_INPUT_ROOTS: sets.input,
    DARKROOM_CACHE: sets.cache,
  };
  darkroom = await startDarkroom({ env });
}, BUILD_MS);
afterAll(async () => {
  await darkroom.dispose();
  await s3.dispose();
  await web.close();
  await sets.dispose();
});

const program = `
results = json.loads(sys.argv[1])
fetched = {name: requests.get(url) for name, url in results['minio_urls'].items()}
direct = {name: requests.get(sys.argv[2] + path) for name, path in results['files'].items()}
print(json.dumps({
    name: [answer.status_code, answer.content == direct[name].content, answer.headers['content-type']]
    for name, answer in fetched.items()
}))
`;

test('minio_urls, also those of the callback, give the files to an unmodified requests.get', async () => {
  const body = {
    image_set_path: sets.sample,
    quality: 'low',
    job_id: 'in-s3',
    notify_url: `${web.url}/hook`,
  };
  expect(await ask('/api/reconstruct', post(body))).toMatchObject({ status: 202 });
  await untilShown(ask)('in-s3', { status: 'completed' });
  const results = (await ask('/api/job/in-s3/results')).body as Results;
  await expect.poll(() => web.received.length).toBe(1);
  const [call] = web.received;
  const told = JSON.parse(call?.body ?? '') as { status: string; results: Results };
  expect(told).toMatchObject({ job_id: 'in-s3', status: 'completed', results: { files: results.files } });
  const { stdout } = await cli(['webhook-secret'], { env: { DARKROOM_DATA: darkroom.dataDir } });
  const headers = call?.headers as Record<string, string>;
  expect(() => new Webhook(stdout.trim()).verify(call?.body ?? '', headers)).not.toThrow();
  for (const { minio_urls, files } of [results, told.results]) {
    expect(Object.keys(minio_urls)).toEqual(Object.keys(files));
    for (const url of Object.values(minio_urls)) {
      expect(url.startsWith(`${s3.endpoint}/${s3.bucket}/models/public/jobs/in-s3/`)).toBe(true);
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('86400');
      expect(url).not.toContain(s3.credentials.secretAccessKey);
    }
    const fetched = (await python(program, JSON.stringify({ minio_urls, files }), darkroom.url)) as object;
    expect(Object.values(fetched)).toEqual(Object.keys(files).map(() => [200, true, expect.any(String)]));
    expect(fetched).toMatchObject({ texture: [200, true, 'image/png'] });
  }
  // Who changes the address has no right to what it then names.
  const [url = ''] = Object.values(results.minio_urls);
  expect((await fetch(url.replace('/mesh/', '/other/'))).status).toBeGreaterThanOrEqual(400);
});
