/** The programs that stand in the contract, changed in nothing but the address and the directory. */
import { readFile } from 'node:fs/promises';
import { type CliResult, run } from '../../cli.ts';

const printed = async (file: string, url: string, directory: string): Promise<string> =>
  (await readFile(new URL(file, import.meta.url), 'utf8'))
    .replaceAll('http://localhost/', `${url}/`)
    .replaceAll('/app/data/input/SampleImages', directory);

export const printedPython = async (url: string, directory: string): Promise<CliResult> =>
  run('python3', ['-c', await printed('client.py', url, directory)]);

/** What its three requests are answered, which it prints one right after the other. */
export async function printedShell(url: string, directory: string): Promise<unknown[]> {
  const { stdout } = await run('bash', ['-c', await printed('client.sh', url, directory)]);
  return stdout
    .replaceAll('}{', '}\n{')
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
