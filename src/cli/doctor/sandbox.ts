/** Whether pictures, disk images and commands are processed behind walls. */
import { detectSandbox } from '../../../operations/lib/sandbox/sandbox.ts';
import type { Config } from '../../config/config.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

const check = 'isolation';

export async function checkSandbox({ DARKROOM_SANDBOX: mode }: Config): Promise<Finding> {
  const { kind, reason } = await detectSandbox(mode);
  if (kind === 'bubblewrap')
    return ok(check, 'bubblewrap: no network, no environment, only the files of the job');
  const found = `limits of memory, time and privileges alone: ${reason}`;
  const mend = 'Install bubblewrap and permit user namespaces; see docs/isolation.md';
  if (mode === 'required') return broken(check, found, mend);
  const effect = mode === 'off' ? 'command operations run without walls' : 'command operations are refused';
  return warning(check, `${found}; ${effect}`, mend);
}
