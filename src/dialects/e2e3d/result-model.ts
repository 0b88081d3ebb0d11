/** Results as e2e3d's clients know them. */
import { z } from 'zod';
import type { Job } from '../../jobs/model/job.ts';
import type { OpenFile, StoredResult } from '../../jobs/ports/job-archive.ts';
import { encodePath } from '../../lib/encode-path.ts';
import { statuses, toE2e3dStatus } from './model.ts';

/** Seconds for which a link into the object store is valid. */
export const LINK_SECONDS = 24 * 60 * 60;

/** Path of a result file → the name that clients know it by. Other result files have no name here. */
const nameByPath: Readonly<Record<string, string>> = {
  'mesh/reconstructed_mesh.obj': 'mesh',
  'textures/texture.png': 'texture',
  'pointcloud/pointcloud.ply': 'pointcloud',
  'metadata.json': 'metadata',
  'mesh/reconstructed_mesh.mtl': 'material',
  'reconstructed_model.glb': 'model',
  'preview.png': 'preview',
};

const exampleFiles = (base: string) =>
  Object.fromEntries(
    Object.entries(nameByPath).map(([path, name]) => [name, `${base}/output/sample_job_123/${path}`]),
  );

const named = z.record(z.string(), z.string());

export const e2e3dResults = z
  .object({
    job_id: z.string(),
    status: z.enum(statuses),
    output_dir: z.string().describe('Address that lists the files, and below which they are'),
    files: named.meta({ description: 'Paths on this server, by name', example: exampleFiles('') }),
    notes: z.array(z.string()).describe('What is doubtful or incomplete in the model'),
    minio_urls: named.meta({
      description:
        'Addresses in the object store, by name, valid for a day; addresses on this server if the store has none',
      example: exampleFiles('http://minio:9000'),
    }),
  })
  .meta({ id: 'E2e3dResults' });

/** Returns the path of a result file within this server. */
export const outputPath = (jobId: string, path: string): string => `/output/${jobId}/${encodePath(path)}`;

/**
 * Returns the results of a job as the API shows them.
 *
 * @param publicUrl address of this server, without a slash at the end
 */
export async function toE2e3dResults(
  { id, state }: Job,
  { files, manifest }: StoredResult,
  publicUrl: string,
): Promise<z.infer<typeof e2e3dResults>> {
  const namedFiles = Object.entries(nameByPath).flatMap(([path, name]): [string, OpenFile][] => {
    const file = files.find(({ entry }) => entry.path === path);
    return file ? [[name, file]] : [];
  });
  // Clients append them to the origin of this server, so they have the path of its address.
  const paths = namedFiles.map(
    ([name, { entry }]) => [name, new URL(publicUrl + outputPath(id, entry.path)).pathname] as const,
  );
  const urls = namedFiles.map(async ([name, { entry, link }]) => {
    const url = (await link(LINK_SECONDS)) ?? publicUrl + outputPath(id, entry.path);
    return [name, url] as const;
  });
  return {
    job_id: id,
    status: toE2e3dStatus(state),
    output_dir: `${publicUrl}/output/${id}`,
    files: Object.fromEntries(paths),
    notes: manifest.notes.map(({ message }) => message),
    minio_urls: Object.fromEntries(await Promise.all(urls)),
  };
}
