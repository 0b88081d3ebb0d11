/** Submissions to the compatible APIs. */
import { DISK, PHOTOS, SLIDE } from './assets.ts';
import { post } from './native.ts';
import type { Submission } from './submission.ts';

const reproducible = { variant: '', failsWith: null, callsBack: false, isReproducible: true } as const;

const guestkit = (operation: string, data: object): Omit<Submission, 'needs'> => ({
  ...reproducible,
  api: 'guestkit',
  operation,
  submit: async ({ client }, key) => {
    const document = {
      version: '1.0',
      job_id: key,
      kind: 'VMOperation',
      operation,
      created_at: '2026-01-30T10:00:00Z',
      payload: { type: `${operation}.v1`, data },
    };
    await client.send('/api/v1/jobs', post(document), [200, 201, 202]);
    return key;
  },
});

const imageWeb: Submission = {
  ...reproducible,
  api: 'image-web',
  operation: 'image.transform',
  submit: async ({ client, assets }, key) => {
    const form = new FormData();
    form.append('image', new Blob([assets.get(PHOTOS[1]) ?? '']), PHOTOS[1]);
    form.append('width', '320');
    form.append('format', 'webp');
    const init = { method: 'POST', body: form, headers: { 'idempotency-key': key } };
    return (await client.json<{ job_id: string }>('/jobs', init, [202])).job_id;
  },
};

const primaa: Submission = {
  ...reproducible,
  api: 'primaa',
  operation: 'poi_detection',
  callsBack: true,
  submit: async ({ client, site }, key) => {
    const request = {
      image_url: `${site}/assets/${SLIDE}`,
      callback_url: `${site}/callback`,
      callback_token: 'chaos',
      algorithm_name: 'poi_detection',
    };
    return (await client.json<{ job_id: string }>('/job-submission', post(request, key), [200, 202])).job_id;
  },
};

const task: Submission = {
  ...reproducible,
  api: 'common-application',
  operation: 'image.gallery',
  submit: async ({ client, site }, key) => {
    type Created = { data: { task_id: string } };
    const { data } = await client.json<Created>('/api/v1/task', post({}, key), [200, 201, 202]);
    const assets = PHOTOS.slice(0, 2).map((name) => ({
      file_name: name,
      attributes: { longitude: 14.42, latitude: 50.08 },
      download_url: `${site}/assets/${name}`,
    }));
    const body = { task_id: data.task_id, data: assets, final: true };
    await client.send('/api/v1/assets', post(body, `${key}-assets`), [200, 201, 202]);
    return data.task_id;
  },
};

/** Directory with photographs of one object, below the input directory of the server. */
export const PHOTOGRAPHS = 'photographs';

/** A 3D model. Its bytes differ from run to run. */
export const model: Submission = {
  ...reproducible,
  api: 'e2e3d',
  operation: 'reconstruct',
  callsBack: true,
  isReproducible: false,
  submit: async ({ client, site }, key) => {
    const body = { image_set_path: PHOTOGRAPHS, quality: 'low', job_id: key, notify_url: `${site}/callback` };
    await client.send('/api/reconstruct', post(body), [202]);
    return key;
  },
};

export const compatibleLoad: readonly Submission[] = [
  guestkit('test.echo', { message: 'chaos', delay_ms: 700 }),
  { ...guestkit('guestkit.inspect', { image: { path: DISK } }), needs: DISK },
  imageWeb,
  primaa,
  task,
];
