/** Submissions to the native API. */
import { DAMAGED, DISK, PHOTOS, SLIDE } from './assets.ts';
import type { Submission, Target } from './submission.ts';

interface Request {
  readonly operation: string;
  readonly variant?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Names of assets that are downloaded. */
  readonly urls?: readonly string[];
  /** Names of assets in the input directory of the server. */
  readonly paths?: readonly string[];
  readonly failsWith?: string;
  readonly isReproducible?: boolean;
}

const events = ['job.processing', 'job.packaging', 'job.completed', 'job.failed', 'job.cancelled'];

const sources = ({ site }: Pick<Target, 'site'>, { urls = [], paths = [] }: Request) => [
  ...urls.map((name) => ({ source: { url: `${site}/assets/${name}` } })),
  ...paths.map((path) => ({ source: { path } })),
];

export const native = (request: Request): Submission => ({
  api: 'native',
  variant: '',
  failsWith: null,
  callsBack: true,
  isReproducible: true,
  ...request,
  ...(request.paths === undefined ? {} : { needs: request.paths[0] }),
  submit: async (target, key) => {
    const { operation, params = {} } = request;
    const assets = sources(target, request);
    const callback = { url: `${target.site}/callback`, events };
    await target.client.json('/v1/jobs', post({ id: key, operation, params, assets, callback }), [202]);
    return key;
  },
});

/** The files come with the request. */
const uploaded = (operation: string, names: readonly string[], params = {}): Submission => ({
  ...native({ operation, variant: 'uploaded' }),
  submit: async ({ client, site, assets }, key) => {
    const form = new FormData();
    const callback = { url: `${site}/callback`, events };
    form.append('job', JSON.stringify({ id: key, operation, params, callback }));
    for (const name of names) form.append('file', new Blob([assets.get(name) ?? '']), name);
    await client.send('/v1/jobs', { method: 'POST', body: form }, [202]);
    return key;
  },
});

/** The assets come in two calls, after the job. */
const awaited = (operation: string, names: readonly string[], params = {}): Submission => ({
  ...native({ operation, variant: 'assets in two calls' }),
  submit: async (target, key) => {
    const { client, site } = target;
    const callback = { url: `${site}/callback`, events };
    const await_assets = { total: names.length };
    await client.send('/v1/jobs', post({ id: key, operation, params, callback, await_assets }), [202]);
    for (const name of names) {
      const body = post({ assets: sources(target, { operation, urls: [name] }) }, `${key}-${name}`);
      await client.send(`/v1/jobs/${key}/assets`, body, [200, 202]);
    }
    return key;
  },
});

export const post = (body: object, idempotencyKey?: string): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  },
  body: JSON.stringify(body),
});

/** One or more of each built-in operation. */
export const nativeLoad: readonly Submission[] = [
  native({ operation: 'system.echo', params: { words: ['one', 'two'] } }),
  native({ operation: 'test.echo', variant: 'slow', params: { delay_ms: 2000, word: 'slow' } }),
  native({
    operation: 'test.echo',
    variant: 'fails',
    params: { delay_ms: 300, fail: 'permanent' },
    failsWith: 'operation_failed',
  }),
  native({ operation: 'image.transform', urls: PHOTOS, params: { width: 500, format: 'webp' } }),
  native({
    operation: 'image.transform',
    variant: 'damaged',
    urls: [PHOTOS[1], DAMAGED],
    params: { width: 100 },
    failsWith: 'asset_corrupt',
  }),
  uploaded('image.transform', [PHOTOS[0], PHOTOS[2]], { width: 700, format: 'avif' }),
  native({ operation: 'image.metadata', urls: PHOTOS }),
  native({ operation: 'image.contact-sheet', urls: PHOTOS, params: { title: 'Chaos' } }),
  native({ operation: 'image.gallery', urls: PHOTOS, params: { title: 'Chaos' } }),
  awaited('image.gallery', [PHOTOS[3], PHOTOS[1]], { title: 'Later' }),
  native({ operation: 'poi_detection', urls: [SLIDE] }),
  native({ operation: 'guestkit.inspect', paths: [DISK] }),
  native({ operation: 'guestkit.profile', paths: [DISK] }),
];
