/** The programs that clients of the dialects use, run as they use them. */
import { fileURLToPath } from 'node:url';
import { run } from './cli.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const needsRequests =
  'These tests run clients that need the Python package "requests": run scripts/test-programs.mjs';

/** What `curl ARGS` prints, run in the project's directory. */
export async function curl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('curl', ['-sS', '-m', '30', ...args], { cwd: root });
  if (code !== 0) throw new Error(`curl ended with ${code}: ${stderr}`);
  return stdout;
}

/** Runs Python that may use `requests` and `json`; its last line is JSON. */
export async function python(program: string, ...args: readonly string[]): Promise<unknown> {
  const source = `import json, sys, time\nimport requests\n${program}`;
  const { code, stdout, stderr } = await run('python3', ['-c', source, ...args], { cwd: root });
  if (stderr.includes("No module named 'requests'")) throw new Error(needsRequests);
  if (code !== 0) throw new Error(`Python ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** Runs a shell script of the project's examples against a server. */
export async function example(file: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await run('bash', [file], { cwd: root, env });
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr}\n${stdout}`);
  return stdout;
}
