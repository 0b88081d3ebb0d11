/** Installs what `npm run test:deploy` checks the Helm chart with, in the cache directory, with pinned versions. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installArguments, versionOf } from './requirements.mjs';

const cache =
  process.env.DARKROOM_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom');

/** A directory of Python modules. */
export const kubernetesValidate = join(cache, 'test-servers', versionOf('kubernetes-validate'));

if (!existsSync(kubernetesValidate))
  execFileSync('python3', [...installArguments('kubernetes-validate'), '--target', kubernetesValidate], {
    stdio: ['ignore', 2, 2],
  });
