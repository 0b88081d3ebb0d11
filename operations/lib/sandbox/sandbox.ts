/** Finds the isolation of child processes that a machine permits: bubblewrap, else the resource limits of util-linux alone. */
import { execFile } from 'node:child_process';
import { constants as fileConstants } from 'node:fs';
import { access } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { bubblewrap } from './bubblewrap.ts';
import type { SandboxPolicy } from './sandbox-policy.ts';

/** As in DARKROOM_SANDBOX. */
export type SandboxMode = 'auto' | 'required' | 'off';

export interface Sandbox {
  /** `limits`: processes can reach the network and the files of the worker's user. */
  readonly kind: 'bubblewrap' | 'limits';
  /** Why it is not bubblewrap; null if it is. */
  readonly reason: string | null;
  /** Whether command operations may run: behind bubblewrap, or because the operator chose to do without. */
  readonly permitsCommands: boolean;
  /** Wraps a command. The process is killed when the worker ends, even by SIGKILL (Linux). */
  wrap(command: readonly string[], policy: SandboxPolicy): readonly string[];
}

const { X_OK } = fileConstants;

const OFF = 'DARKROOM_SANDBOX is off';

/** Milliseconds for a trial run. */
const TRIAL_MS = 20_000;

const detected = new Map<SandboxMode, Promise<Sandbox>>();

/** Finds out by a trial run, once per process, which isolation this machine permits. Never throws. */
export function detectSandbox(mode: SandboxMode): Promise<Sandbox> {
  const sandbox = detected.get(mode) ?? detect(mode);
  detected.set(mode, sandbox);
  return sandbox;
}

async function detect(mode: SandboxMode): Promise<Sandbox> {
  const [setpriv, prlimit, bwrap] = await Promise.all(['setpriv', 'prlimit', 'bwrap'].map(findProgram));
  const tools = { setpriv, prlimit };
  if (mode === 'off') return limits(tools, OFF);
  if (process.platform !== 'linux') return limits(tools, 'bubblewrap exists for Linux only');
  if (!bwrap) return limits(tools, 'bubblewrap is not installed');
  const withProc = createBubblewrap(bwrap, true, tools);
  const problem = await findProblem(withProc);
  if (problem === null) return withProc;
  // Containers often forbid a new /proc, and nothing else.
  const withoutProc = createBubblewrap(bwrap, false, tools);
  return (await findProblem(withoutProc)) === null ? withoutProc : limits(tools, problem);
}

type Tools = Readonly<Record<'setpriv' | 'prlimit', string | null | undefined>>;

const createBubblewrap = (program: string, hasProc: boolean, tools: Tools): Sandbox => ({
  kind: 'bubblewrap',
  reason: null,
  permitsCommands: true,
  wrap: (command, policy) => [
    ...addLimits(tools, [], policy),
    program,
    ...bubblewrap(policy, hasProc),
    '--',
    ...command,
  ],
});

const limits = (tools: Tools, reason: string): Sandbox => ({
  kind: 'limits',
  reason,
  permitsCommands: reason === OFF,
  wrap: (command, policy) => [...addLimits(tools, ['--no-new-privs', '--inh-caps=-all'], policy), ...command],
});

function addLimits(
  { setpriv, prlimit }: Tools,
  privileges: readonly string[],
  { limits }: SandboxPolicy,
): string[] {
  const { data, addressSpace, file } = limits;
  return [
    ...(setpriv ? [setpriv, '--pdeathsig', 'KILL', ...privileges, '--'] : []),
    ...(prlimit
      ? [
          prlimit,
          '--core=0',
          ...(data === undefined ? [] : [`--data=${data}`]),
          ...(addressSpace === undefined ? [] : [`--as=${addressSpace}`]),
          ...(file === undefined ? [] : [`--fsize=${file}`]),
          '--',
        ]
      : []),
  ];
}

/** Runs Node inside. Returns what went wrong, in the words of bubblewrap. */
async function findProblem(sandbox: Sandbox): Promise<string | null> {
  const policy: SandboxPolicy = {
    readable: [process.execPath],
    writable: ['/tmp'],
    network: false,
    processes: true,
    limits: {},
  };
  const [program = '', ...args] = sandbox.wrap([process.execPath, '--version'], policy);
  try {
    await promisify(execFile)(program, args, { env: {}, timeout: TRIAL_MS });
    return null;
  } catch (error) {
    const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
    return (stderr.trim() || message).split('\n')[0] ?? 'it does not start';
  }
}

/** Names how a process ended. bubblewrap reports a signal of its child as 128 and its number. */
export function nameExit(code: number | null, signal: NodeJS.Signals | null): string | number {
  const inner = Object.entries(constants.signals).find(([, number]) => number === (code ?? 0) - 128);
  return signal ?? inner?.[0] ?? code ?? 0;
}

async function findProgram(name: string): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path, X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return path;
  }
  return null;
}
