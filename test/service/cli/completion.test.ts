/** Completion scripts, in the shells that they are for. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, run } from '../../support/cli.ts';
import { type Darkroom, startStack } from '../../support/stack.ts';

const main = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

let darkroom: Darkroom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-completion-'));
  // As the documentation says.
  await symlink(main, join(folder, 'darkroom'));
  await writeFile(join(folder, 'photo.jpg'), '');
  // Each start of darkroom takes a while, and one that prints a script prints the same each time.
  for (const shell of ['bash', 'zsh', 'fish'])
    await writeFile(join(folder, `script.${shell}`), (await cli(['completion', shell])).stdout);
  darkroom = await startStack();
  await darkroom.submit({ id: 'finished-job', operation: 'system.echo' });
  await darkroom.until('finished-job', 'completed');
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** What the server is asked for is left out where it takes long to answer, so that is tried again, as a user does. */
async function shell(program: string, args: readonly string[]): Promise<string[]> {
  const env = { PATH: `${folder}:${process.env['PATH']}`, DARKROOM_URL: darkroom.url };
  const { stdout, stderr } = await run(program, args, { cwd: folder, env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!has('bash'))('bash', () => {
  const complete = async (...words: string[]) =>
    shell('bash', [
      '--norc',
      '-c',
      `source script.bash || exit 1
       complete -p darkroom > /dev/null || exit 1
       COMP_WORDS=(darkroom "$@"); COMP_CWORD=$#
       _darkroom; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ]);

  test('completes commands, options and choices', async () => {
    expect(await complete('re')).toEqual(['resume', 'rerun', 'results', 'reseal', 'replay']);
    expect(await complete('submit', '--w')).toEqual(['--watch', '--wait']);
    expect(await complete('list', '--state', 'c')).toEqual(['created', 'completed', 'cancelled']);
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect((await complete('')).filter((word) => word.startsWith('__'))).toEqual([]);
  });

  test('completes operations and job ids from the server', async () => {
    await expect.poll(() => complete('submit', '--operation', 'image.')).toContain('image.transform');
    await expect.poll(() => complete('submit', '-o', 'system.')).toEqual(['system.echo']);
    await expect.poll(() => complete('status', 'fin')).toEqual(['finished-job']);
  });

  test('completes parameters of the operation, and their values', async () => {
    const set = ['submit', '-o', 'image.transform', '--set'];
    await expect.poll(() => complete(...set, 'form')).toEqual(['format=']);
    await expect.poll(() => complete(...set, 'format', '=', 'we')).toEqual(['webp']);
    expect(await complete('submit', '--set', 'form')).toEqual([]);
  });

  test('works if darkroom is an alias', async () => {
    const complete = async () => {
      const { stdout, stderr } = await run(
        'bash',
        [
          '--norc',
          '-c',
          `shopt -s expand_aliases
         alias darkroom="'${process.execPath}' '${main}'"
         eval 'source <(darkroom completion bash)'
         for words in "status fin" "submit -o system."; do
           COMP_WORDS=(darkroom $words); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
           _darkroom; printf '%s\\n' "\${COMPREPLY[@]}"
         done`,
        ],
        { cwd: folder, env: { DARKROOM_URL: darkroom.url } },
      );
      return [stdout, stderr];
    };
    await expect.poll(complete).toEqual(['finished-job\nsystem.echo\n', '']);
  });

  test('leaves files to bash', async () => {
    expect(await complete('submit', 'pho')).toEqual([]);
    const [spec] = await shell('bash', [
      '--norc',
      '-c',
      'source <(darkroom completion bash); complete -p darkroom',
    ]);
    expect(spec).toContain('-o default');
  });
});

// Debian's zsh and fish, where they are installed: neither is a thing that a build machine must have.
describe.skipIf(!has('zsh'))('zsh', () => {
  /** The line after a tab, in a terminal of zsh's own, since its completion is a part of the line editor. */
  const complete = async (line: string, script = 'script.zsh') => {
    const output = await shell('zsh', [
      '-f',
      '-c',
      `zmodload zsh/zpty
       zpty z zsh -f -i
       zpty -w z "PS1=; stty -echo; autoload -U compinit; compinit -D -u; source ${script}"
       zpty -w z 'show() { print -r -- "<$BUFFER>" }; zle -N show; bindkey "^X" show; print rea""dy'
       zpty -r z seen '*ready*'
       zpty -w -n z $'${line}\\t\\x18'
       zpty -r z seen '*<darkroom*>*'
       print -rn -- "$seen"
       zpty -d z`,
    ]);
    return /<(darkroom.*?) *>/.exec(output.join('\n'))?.[1];
  };

  test('completes commands, options, choices, and ids of the server', async () => {
    expect(await complete('darkroom stat', '<(darkroom completion zsh)')).toBe('darkroom status');
    expect(await complete('darkroom submit --ope')).toBe('darkroom submit --operation');
    expect(await complete('darkroom list --state pack')).toBe('darkroom list --state packaging');
    await expect.poll(() => complete('darkroom submit -o system.')).toBe('darkroom submit -o system.echo');
    await expect.poll(() => complete('darkroom status fin')).toBe('darkroom status finished-job');
    expect(await complete('darkroom submit pho')).toBe('darkroom submit photo.jpg');
  });
});

describe.skipIf(!has('fish'))('fish', () => {
  const complete = async (line: string, script = 'cat script.fish') =>
    (await shell('fish', ['--no-config', '-c', `${script} | source; complete -C '${line}'`])).map(
      (row) => row.split('\t')[0],
    );

  test('completes commands, options, choices, and ids of the server', async () => {
    expect(await complete('darkroom re', 'darkroom completion fish')).toEqual(
      expect.arrayContaining(['replay', 'results', 'resume', 'rerun']),
    );
    expect(await complete('darkroom submit --w')).toEqual(expect.arrayContaining(['--watch', '--wait']));
    expect(await complete('darkroom list --state c')).toEqual(['cancelled', 'completed', 'created']);
    await expect.poll(() => complete('darkroom submit --operation system.')).toEqual(['system.echo']);
    await expect.poll(() => complete('darkroom status fin')).toEqual(['finished-job']);
    expect(await complete('darkroom submit pho')).toEqual(['photo.jpg']);
  });
});

test('prints nothing without a server', async () => {
  const result = await cli(['__complete', 'jobs'], { env: { DARKROOM_URL: 'http://127.0.0.1:1' } });
  expect(result).toEqual({ code: 1, stdout: '', stderr: '' });
});
