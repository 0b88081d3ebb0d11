/**
 * Uploads a photograph with the typed client and saves its thumbnail.
 *
 *     npm run build && node dist/examples/client.js photo.jpg thumbnails
 */
import { createClient, DarkroomProblem } from '../src/client/client.ts';
import { localFile, saveFiles } from '../src/client/files.ts';

const [photo = 'examples/photos/chelsea.jpg', folder = 'thumbnails'] = process.argv.slice(2);
const darkroom = createClient({
  url: process.env['DARKROOM_URL'] || 'http://127.0.0.1:8080',
  token: process.env['DARKROOM_TOKEN'],
});

try {
  const { id } = await darkroom.submit({
    operation: 'image.transform',
    params: { width: 320, format: 'webp' },
    assets: [await localFile(photo)],
    labels: { example: 'client' },
  });
  const job = await darkroom.wait(id, {
    onProgress: ({ state, progress }) => console.log(`${state} ${Math.floor(progress)} %`),
  });
  if (job.state !== 'completed') throw new Error(`The job ${job.state}: ${job.error?.message}`);
  await saveFiles(darkroom, id, folder, {
    onFile: (path, { size }) => console.log(`${path}, ${size} bytes`),
  });
} catch (error) {
  if (!(error instanceof DarkroomProblem)) throw error;
  console.error(`${error.code}: ${error.detail}`);
  process.exitCode = 1;
}
