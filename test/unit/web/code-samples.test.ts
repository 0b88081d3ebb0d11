/** The code of a job: compilers and interpreters of the languages read it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildSamples } from '../../../web/code/code-samples.ts';
import { Code, python, typeScript, writeLiteral } from '../../../web/code/literal.ts';
import { toRequest } from '../../../web/code/to-request.ts';

const run = promisify(execFile);
const nasty = `it's "$HOME" \\ \`\${x}\` \n é \u2028 </script>`;
const value = {
  text: nasty,
  [nasty]: [1, -0.5, 1e21, true, false, null, [], {}],
  deep: { list: Array.from({ length: 20 }, (_, at) => ({ at, name: `number ${at}` })) },
};

test('literals of TypeScript have the value', () => {
  // biome-ignore lint/security/noGlobalEval: the interpreter is the reference
  expect(globalThis.eval(`(${writeLiteral(value, typeScript)})`)).toEqual(value);
});

test('literals of Python have the value', async () => {
  const program = 'import ast, json, sys\nprint(json.dumps(ast.literal_eval(sys.argv[1])))';
  const { stdout } = await run('python3', ['-c', program, writeLiteral(value, python)]);
  expect(JSON.parse(stdout)).toEqual(value);
});

test('code takes the place of a value', () => {
  expect(writeLiteral({ assets: [new Code('await f()')] }, typeScript)).toBe('{ assets: [await f()] }');
});

test('programs name files, and have neither their bytes nor secrets', async () => {
  const request = {
    operation: 'image.gallery',
    assets: [
      { name: `${nasty}.jpg`, source: { blob: new Blob(['bytes']) }, attributes: { site: nasty } },
      { name: 'b.jpg', source: { blob: new Blob(['bytes']) } },
      { source: { url: 'https://images.example.com/a.jpg' } },
    ],
    callback: { url: 'https://you.example/hook', token: 'not to be shown' },
  };
  const samples = new Map(
    buildSamples('https://darkroom.example', request, true).map(({ name, text }) => [name, text]),
  );
  expect([...samples.keys()]).toEqual(['curl', 'TypeScript', 'Python']);
  for (const text of samples.values()) expect(text).not.toMatch(/not to be shown/);
  await run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', samples.get('Python') ?? '']);
  expect(samples.get('Python')).toMatch(/Path\("b\.jpg"\)[\s\S]*darkroom\.wait\(job\["id"\]\)/);
  expect(samples.get('TypeScript')).toMatch(/await localFile\('b\.jpg'\)/);
});

test('a stored request becomes one that can be sent again', () => {
  const { request, gaps } = toRequest({
    operation: 'image.transform',
    params: { width: 320 },
    assets: {
      total: 3,
      shown: [
        { name: 'a.jpg', source: { upload: { size: 3, sha256: 'ab' } }, checksum: null, attributes: {} },
        { name: null, source: { url: 'https://x.example/b.jpg?…' }, checksum: null, attributes: { site: 1 } },
      ],
    },
    callback: { url: 'https://you.example/…', events: ['job.completed'] },
    keep_days: null,
  });
  expect(request).toEqual({
    operation: 'image.transform',
    params: { width: 320 },
    assets: [
      { name: 'a.jpg', source: { blob: new Blob([]) } },
      { source: { url: 'https://x.example/b.jpg?…' }, attributes: { site: 1 } },
    ],
  });
  expect(gaps).toEqual({ uploads: ['a.jpg'], hidden: 1, callback: true });
});
