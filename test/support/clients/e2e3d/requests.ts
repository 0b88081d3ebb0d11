/** Requests of e2e3d's clients. */
import { expect } from 'vitest';
import type { Answer } from '../../../contracts/dialect.ts';
import type { JsonRequest } from '../../json-request.ts';

export { createJsonRequest } from '../../json-request.ts';

/** A job as this API shows it. */
export interface Shown {
  readonly job_id: string;
  readonly status: string;
  readonly progress: number;
  readonly stage: string | null;
  readonly start_time: string | null;
  readonly estimated_completion: string | null;
  readonly error: string | null;
  readonly paused: boolean;
}

export interface Results {
  readonly job_id: string;
  readonly status: string;
  readonly output_dir: string;
  readonly files: Record<string, string>;
  readonly minio_urls: Record<string, string>;
}

/** Names of the results, and where each lies. */
export const places = {
  mesh: 'mesh/reconstructed_mesh.obj',
  texture: 'textures/texture.png',
  pointcloud: 'pointcloud/pointcloud.ply',
  metadata: 'metadata.json',
  material: 'mesh/reconstructed_mesh.mtl',
  model: 'reconstructed_model.glb',
  preview: 'preview.png',
};

/** Times as clients of this API parse them: `%Y-%m-%dT%H:%M:%SZ`. */
export const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

export const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Waits until a job is shown so. */
export const untilShown =
  (ask: JsonRequest) =>
  async (id: string, wanted: Partial<Shown>): Promise<void> =>
    expect
      .poll(async () => (await ask(`/api/job/${id}`)).body, { timeout: 200_000, interval: 100 })
      .toMatchObject(wanted);

/** Fails unless it is an error in the shape of this API. */
export function expectError({ headers, body }: Answer): void {
  expect(headers.get('content-type')).toMatch(/^application\/json\b/);
  const { error, message, status, ...rest } = body as Record<string, unknown>;
  expect({ error, message, rest }).toEqual({
    error: expect.stringMatching(/^[a-z_]+$/),
    message: expect.stringMatching(/\w/),
    rest: {},
  });
  expect([undefined, 'submitted', 'queued', 'processing', 'completed', 'failed', 'cancelled']).toContain(
    status,
  );
}
