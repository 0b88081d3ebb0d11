/** Installs what `npm run test:deploy` checks the Helm chart with, in the cache directory, with pinned versions. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testServers } from './cache.mjs';
import { installArguments, versionOf } from './requirements.mjs';

/** A directory of Python modules. */
export const kubernetesValidate = join(testServers, versionOf('kubernetes-validate'));

if (!existsSync(kubernetesValidate))
  execFileSync('python3', [...installArguments('kubernetes-validate'), '--target', kubernetesValidate], {
    stdio: ['ignore', 2, 2],
  });
