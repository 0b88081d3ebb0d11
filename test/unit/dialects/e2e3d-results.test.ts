/** e2e3d's results: the addresses of files below a path of a gateway. */
import { expect, test } from 'vitest';
import { toE2e3dResults } from '../../../src/dialects/e2e3d/result-model.ts';
import type { Job } from '../../../src/jobs/model/job.ts';
import type { StoredResult } from '../../../src/jobs/ports/job-archive.ts';

const result = {
  manifest: { notes: [{ code: 'focal_length_differs', message: 'Two focal lengths differ', asset: null }] },
  files: [{ entry: { path: 'mesh/reconstructed_mesh.obj' }, link: async () => null }],
} as unknown as StoredResult;

test.each([
  ['http://localhost:8080', ''],
  ['https://gateway.example/tools/darkroom', '/tools/darkroom'],
])('the paths of files on %s begin with "%s"', async (publicUrl, base) => {
  const { files, minio_urls, output_dir, notes } = await toE2e3dResults(
    { id: 'sample_job_123', state: 'completed' } as Job,
    result,
    publicUrl,
  );
  const path = '/output/sample_job_123/mesh/reconstructed_mesh.obj';
  expect(files).toEqual({ mesh: `${base}${path}` });
  expect(minio_urls).toEqual({ mesh: `${publicUrl}${path}` });
  expect(notes).toEqual(['Two focal lengths differ']);
  expect(output_dir).toBe(`${publicUrl}/output/sample_job_123`);
});
