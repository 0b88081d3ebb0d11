/** Checks the isolation of processes that handle pictures, disk images and commands. */
import { detectSandbox } from '../../../operations/lib/sandbox/sandbox.ts';
import type { Config } from '../../config/config.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const check = 'isolation';

export async function checkSandbox({ DARKROOM_SANDBOX: mode }: Config): Promise<Finding> {
  const { kind, reason } = await detectSandbox(mode);
  if (kind === 'bubblewrap')
    return ok(check, 'bubblewrap: no network, no environment, only the files of the job');
  const found = `only limits of memory, time and privileges: ${reason}`;
  const remedy = 'Install bubblewrap and permit user namespaces; see docs/isolation.md';
  if (mode === 'required') return broken(check, found, remedy);
  const effect =
    mode === 'off' ? 'command operations run without isolation' : 'command operations are rejected';
  return warning(check, `${found}; ${effect}`, remedy);
}
