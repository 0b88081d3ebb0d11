/** Requests with `steps`: what is refused, by which pointer, and what counts as the same request. */
import { expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../../operations/registry.ts';
import { canonicalRequest } from '../../../src/jobs/submit/fingerprint.ts';
import type { JobRequest } from '../../../src/jobs/submit/submitter.ts';
import { validate } from '../../../src/jobs/submit/validate.ts';
import type { FieldError } from '../../../src/jobs/validation/invalid-request.ts';

const rules = {
  operations: createRegistry(builtIn),
  templates: { fill: async () => null },
  whyUrlRejected: () => null,
};

const assets = [{ source: { url: 'http://a.example/a.jpg' } }];
const web = { operation: 'image.transform', params: { width: 800 } };
const text = { operation: 'image.metadata' };
const echo = { operation: 'test.echo' };

async function refuse(request: JobRequest): Promise<readonly FieldError[]> {
  try {
    await validate('public', request, rules, []);
  } catch (error) {
    return (error as { details: { errors: FieldError[] } }).details.errors;
  }
  return [];
}

/** Steps that each use the one before. */
const chain = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, at) => [`s${at}`, { ...echo, use: at === 0 ? [] : [`s${at - 1}`] }]),
  );

const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`s${at}`, echo]));

test.each<[string, JobRequest, [pointer: string, detail: string][]]>([
  [
    'a request without operation and steps',
    { assets },
    [['/operation', 'is required, unless the request has `steps`']],
  ],
  [
    'operation and steps together',
    { operation: 'image.transform', params: { width: 1 }, steps: { web }, assets },
    [
      ['/operation', 'cannot be given together with `steps`'],
      ['/params', 'belongs to a step: /steps/NAME/params'],
    ],
  ],
  [
    'results without steps',
    { ...web, results: ['web'], assets },
    [['/results', 'belongs to a request with `steps`']],
  ],
  ['no step', { steps: {} }, [['/steps', 'must have at least one step']]],
  ['51 steps', { steps: many(51) }, [['/steps', 'must have at most 50 entries']]],
  [
    '21 steps that follow each other',
    { steps: chain(21) },
    [['/steps/s20', 'has 20 steps before it; at most 20 steps may follow each other']],
  ],
  [
    'a name with a slash',
    { steps: { 'a/b': echo } },
    [['/steps/a~1b', 'must be 1 to 63 letters, digits, "_" or "-", and begin with a letter or digit']],
  ],
  [
    'names that differ in case',
    { steps: { web, Web: web }, assets },
    [['/steps/Web', 'differs from the step "web" only in case; choose another name']],
  ],
  [
    'an unknown operation',
    { steps: { web: { operation: 'image.none' } }, assets },
    [['/steps/web/operation', 'there is no operation "image.none"; there are ']],
  ],
  [
    'an invalid parameter',
    { steps: { web: { ...web, params: { width: 'wide' } } }, assets },
    [['/steps/web/params/width', 'must be a number']],
  ],
  [
    'an unknown step',
    { steps: { web, text: { ...text, use: ['web', 'thumbs'] } }, assets },
    [['/steps/text/use/1', 'there is no step "thumbs"; there are :assets, web, text']],
  ],
  [
    'a step that uses itself',
    { steps: { web: { ...web, use: ['web'] } } },
    [['/steps/web/use/0', 'names the step itself']],
  ],
  [
    'a step that is used twice',
    { steps: { web, again: { ...web, use: ['web', 'web'] } }, assets },
    [['/steps/again/use/1', 'names "web" a second time']],
  ],
  [
    'a circle',
    {
      steps: {
        start: web,
        a: { ...web, use: ['start', 'c'] },
        b: { ...web, use: ['a'] },
        c: { ...web, use: ['b'] },
        end: { ...web, use: ['c'] },
      },
      assets,
    },
    [['/steps/a/use/1', 'steps use each other in a circle: a uses c uses b uses a']],
  ],
  [
    'a step that needs pictures and uses one that gives JSON',
    { steps: { text, web: { ...web, use: ['text'] } }, assets },
    [['/steps/web/use/0', 'image.transform takes image/']],
  ],
  [
    'a step without inputs that needs some',
    { steps: { web: { ...web, use: [] } } },
    [['/steps/web/use', 'must name ":assets" or a step, because image.transform needs inputs']],
  ],
  [
    'inputs of a step that takes none',
    { steps: { one: echo, two: { operation: 'system.echo', use: ['one'] } } },
    [['/steps/two/use', 'must be empty, because system.echo takes no inputs']],
  ],
  [
    'a condition with an unknown fact',
    { steps: { web: { ...web, when: 'weight > 3' } }, assets },
    [['/steps/web/when', 'is no valid condition: Unknown variable: weight (character 1)']],
  ],
  [
    'a condition that is neither true nor false',
    { steps: { web: { ...web, when: 'width' } }, assets },
    [['/steps/web/when', 'must be true or false, and it is of type int']],
  ],
  [
    'a long condition',
    { steps: { web: { ...web, when: `width > 1${' '.repeat(1000)}` } }, assets },
    [['/steps/web/when', 'must have at most 1000 characters']],
  ],
  [
    'a condition of a step without inputs',
    { steps: { one: { operation: 'system.echo', when: 'size > 1' } } },
    [['/steps/one/when', 'must be left out, because the step takes no inputs']],
  ],
  [
    'an unknown result',
    { steps: { web }, results: ['thumbs'], assets },
    [['/results/0', 'there is no step "thumbs"; there are web']],
  ],
  [
    'a result that is named twice',
    { steps: { web }, results: ['web', 'web'], assets },
    [['/results/1', 'names "web" a second time']],
  ],
  [
    'assets that no step takes',
    { steps: { one: { ...echo, use: [] } }, assets },
    [['/assets', 'must be left out, because no step has ":assets" in `use`']],
  ],
  ['too few assets', { steps: { web } }, [['/assets', 'image.transform takes 1 to 10000, and got 0']]],
  [
    'fields of no step',
    { steps: { web: { ...web, if: 'true' } as never }, assets },
    [['/steps/web/if', 'unknown field']],
  ],
])('refuses %s', async (_, request, expected) => {
  const errors = await refuse(request);
  expect(errors.map(({ pointer }) => pointer)).toEqual(expected.map(([pointer]) => pointer));
  for (const [at, [, detail]] of expected.entries()) expect(errors[at]?.detail).toContain(detail);
});

test('accepts a graph, whose steps come in an order in which each follows those that it uses', async () => {
  const { pipeline } = await validate(
    'public',
    { steps: { sheet: { operation: 'image.contact-sheet', use: ['web'] }, web }, assets },
    rules,
    [],
  );
  expect(pipeline.steps.map(({ name, use }) => [name, use])).toEqual([
    ['web', [':assets']],
    ['sheet', ['web']],
  ]);
  expect(pipeline.results).toEqual(['sheet']);
});

test('accepts 50 steps, 20 of them one after the other', async () => {
  expect(await refuse({ steps: { ...many(50), ...chain(20) }, assets })).toEqual([]);
});

test('requests with the same steps are the same, whatever their order and defaults', async () => {
  const canonical = async (request: JobRequest) =>
    canonicalRequest((await validate('public', request, rules, [])).spec, []);
  const thumbs = { operation: 'image.transform', params: { width: 100 } };
  const spelled = { ...web, use: [':assets'], on_error: 'fail' as const };
  expect(await canonical({ steps: { web, thumbs }, assets })).toBe(
    await canonical({ steps: { thumbs, web: spelled }, results: ['web', 'thumbs'], assets }),
  );
  expect(await canonical({ steps: { web, thumbs }, assets })).not.toBe(
    await canonical({ steps: { web, thumbs }, results: ['web'], assets }),
  );
});
