/**
 * Bundles the workflows at build time. Otherwise each start of a worker would take a second longer. With a payload codec, workflows
 * convert failures in another way, so there is a bundle for that.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../src/temporal/payload-codec.js';

async function bundle(file: string, options: Partial<BundleOptions>): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    logger: new DefaultLogger('WARN'),
    ...options,
  });
  await writeFile(new URL(`../workflows/${file}`, import.meta.url), code);
}

await bundle('bundle.js', {});
await bundle('bundle-for-codec.js', { failureConverterPath });
