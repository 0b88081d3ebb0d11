/** A lab with the text operations, and a web server with texts named after their content. */
import { text } from 'node:stream/consumers';
import type { Job } from '../../src/jobs/model/job.ts';
import type { Manifest } from '../../src/jobs/model/result.ts';
import { type Lab, startLab } from './lab.ts';
import { type TextOperations, textOperations } from './pipeline-operations.ts';
import { startWeb, type Web } from './web.ts';

export interface PipelineLab {
  readonly lab: Lab;
  readonly web: Web;
  readonly tools: TextOperations;
  /** Assets `a`, `b` and `c`, and those of `routes`. */
  assets(...names: string[]): { source: { url: string } }[];
  /** Assets with attributes, by name. */
  described(
    attributes: Readonly<Record<string, object>>,
  ): { source: { url: string }; attributes: Record<string, unknown> }[];
  /** Text by path. */
  filesOf(job: Job): Promise<Record<string, string>>;
  manifestOf(job: Job): Promise<Manifest>;
  /** Holds computations of these steps until the gate opens, or they are cancelled. */
  hold(...tags: string[]): { open(): void; reached: Promise<void> };
  /** Forgets what was computed, and removes all gates. */
  reset(): void;
  dispose(): Promise<void>;
}

type Routes = Parameters<typeof startWeb>[0];

export async function startPipelineLab(routes: Routes = {}): Promise<PipelineLab> {
  const tools = textOperations();
  const texts = ['a', 'b', 'c'].map((name) => [`/${name}.txt`, Buffer.from(name)]);
  const web = await startWeb({ ...Object.fromEntries(texts), ...routes });
  const lab = await startLab({ operations: tools.operations });
  const toSource = (name: string) => ({ url: `${web.url}/${name}.txt` });
  return {
    lab,
    web,
    tools,
    assets: (...names) => names.map((name) => ({ source: toSource(name) })),
    described: (attributes) =>
      Object.entries(attributes).map(([name, one]) => ({ source: toSource(name), attributes: { ...one } })),
    filesOf: async (job) => {
      const { files } = await (await lab.jobs.open(job)).result();
      const entries = files.map(async ({ entry, open }) => [entry.path, await text(await open())] as const);
      return Object.fromEntries(await Promise.all(entries));
    },
    manifestOf: async (job) => (await (await lab.jobs.open(job)).result()).manifest,
    hold: (...tags) => hold(tools, tags),
    reset: () => {
      tools.computed.length = 0;
      tools.onCompute = async () => undefined;
      tools.onText = () => undefined;
    },
    dispose: async () => {
      await lab.dispose();
      await web.close();
    },
  };
}

function hold(tools: TextOperations, tags: readonly string[]): ReturnType<PipelineLab['hold']> {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const waiting = new Set(tags);
  tools.onCompute = async (tag, signal) => {
    if (!tags.includes(tag)) return;
    waiting.delete(tag);
    if (waiting.size === 0) reach();
    await Promise.race([
      opened,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]);
  };
  return { open, reached };
}

/** A step with `text.each`. */
export const each = (tag: string, more: object = {}) => ({
  operation: 'text.each',
  params: { tag, ...more },
});

/** A step with `text.join`. */
export const join = (tag: string, more: object = {}) => ({
  operation: 'text.join',
  params: { tag, ...more },
});

/** State by name of the step. */
export const statesOf = ({ steps }: Job): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));
