/** Small operations on text files, for pipelines. Each computation is counted. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineOperation, type Operation, onError, type StageContext } from '../../operations/operation.ts';
import { DarkroomError } from '../../src/errors.ts';

const params = z.strictObject({
  tag: z.string(),
  /** Fails the step. */
  fail: z.boolean().default(false),
  /** Fails inputs whose text contains it. */
  fail_on: z.string().optional(),
  on_error: onError,
});

type Params = z.infer<typeof params>;

const inputs = { min: 0, max: 1000, media: ['text/plain'] };

export interface TextOperations {
  readonly operations: readonly Operation[];
  /** Tags of the steps in the order in which they were computed, once for each batch. */
  readonly computed: string[];
  /** Called with the tag when a computation begins. */
  onCompute: (tag: string, signal: AbortSignal) => Promise<void>;
  /** Called with each text that `text.each` reads. */
  onText: (text: string) => void;
}

/** `text.each` wraps the text of each input in its tag; `text.join` wraps all of them together. */
export function textOperations(): TextOperations {
  const computed: string[] = [];
  const begin = async ({ params: { tag, fail }, signal }: StageContext<Params>) => {
    await made.onCompute(tag, signal);
    if (fail) throw new DarkroomError('operation_failed', `${tag} fails on request`);
    computed.push(tag);
  };
  const describe = {
    params,
    inputs,
    result: 'files' as const,
    outputs: ['text/plain'],
    engine: { text: '1' },
  };
  const each = defineOperation<Params>({
    ...describe,
    name: 'text.each',
    title: 'Each',
    description: 'Wraps the text of each input.',
    stages: [{ name: 'wrap', title: 'Wrap', capability: 'io', perAsset: true, run: runEach }],
  });
  const join = defineOperation<Params>({
    ...describe,
    name: 'text.join',
    title: 'Join',
    description: 'Wraps the texts of all inputs.',
    stages: [{ name: 'join', title: 'Join', capability: 'io', run: runJoin }],
  });

  async function runEach(context: StageContext<Params>): Promise<void> {
    await begin(context);
    const { tag, fail_on } = context.params;
    for (const input of context.inputs) {
      const text = await readFile(input.path, 'utf8');
      made.onText(text);
      if (fail_on !== undefined && text.includes(fail_on)) {
        context.fail(input, new DarkroomError('asset_corrupt', `"${text}" contains "${fail_on}"`));
        continue;
      }
      const { path } = await context.outputs.create(input.name, input);
      await writeFile(path, `${tag}(${text})`);
    }
  }

  async function runJoin(context: StageContext<Params>): Promise<void> {
    await begin(context);
    const texts = await Promise.all(context.inputs.map(({ path }) => readFile(path, 'utf8')));
    const { path } = await context.outputs.create('joined.txt');
    await writeFile(path, `${context.params.tag}(${texts.join(' ')})`);
  }

  const made: TextOperations = {
    operations: [each, join] as unknown as readonly Operation[],
    computed,
    onCompute: async () => undefined,
    onText: () => undefined,
  };
  return made;
}
