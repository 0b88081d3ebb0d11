/** Random pipelines of text operations, and a plain interpreter of them: steps in order, values in memory. */
import fc from 'fast-check';

export interface RandomStep {
  readonly name: string;
  readonly operation: 'text.each' | 'text.join';
  readonly use: readonly string[];
  readonly when?: string;
  readonly on_error: 'fail' | 'continue';
  readonly params: {
    readonly tag: string;
    readonly fail: boolean;
    readonly fail_on?: string;
    readonly on_error: 'fail' | 'skip';
  };
}

export interface RandomPipeline {
  /** Texts of the assets; the text names the asset, too. */
  readonly assets: readonly string[];
  /** Each step uses assets and steps before it. */
  readonly steps: readonly RandomStep[];
  readonly results: readonly string[];
}

/** Conditions, and what they mean. Only files that were made from one asset have its attributes. */
const conditions: Readonly<Record<string, (entry: Usable) => boolean>> = {
  'size < 5': ({ text }) => text.length < 5,
  'size > 1': ({ text }) => text.length > 1,
  'name != "b.txt" && media_type == "text/plain" && width == 0': ({ name }) => name !== 'b.txt',
  'name.matches("^[ac]")': ({ name }) => /^[ac]/.test(name),
  'name == "none"': () => false,
  'attributes.letter in ["a", "c", "e"]': ({ text, asset }) => {
    if (asset === null) throw new Error('No such key: letter');
    return /[ace]/.test(text);
  },
};

const step = (at: number): fc.Arbitrary<RandomStep> => {
  const sources = [':assets', ...Array.from({ length: at }, (_, before) => `s${before}`)];
  return fc.record({
    name: fc.constant(`s${at}`),
    operation: fc.constantFrom('text.each', 'text.join'),
    use: fc.subarray(sources, { minLength: 1, maxLength: Math.min(2, sources.length) }),
    when: fc.option(fc.constantFrom(...Object.keys(conditions)), { nil: undefined, freq: 2 }),
    on_error: fc.constantFrom('fail', 'continue'),
    params: fc.record({
      tag: fc.constant(String.fromCharCode(65 + at)),
      fail: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
      fail_on: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined, freq: 4 }),
      on_error: fc.constantFrom('fail', 'skip', 'skip'),
    }),
  }) as fc.Arbitrary<RandomStep>;
};

/** Pipelines of up to `maxSteps` steps. */
export const randomPipeline = (maxSteps: number): fc.Arbitrary<RandomPipeline> =>
  fc.integer({ min: 1, max: maxSteps }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, at) => step(at))).chain((steps) =>
      fc.record({
        assets: fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'], { minLength: 1 }),
        steps: fc.constant(steps),
        results: fc.subarray(
          steps.map(({ name }) => name),
          { minLength: 1 },
        ),
      }),
    ),
  );

/** An input or a file. `text` is null when it cannot be used. */
interface Entry {
  readonly name: string;
  readonly text: string | null;
  readonly asset: number | null;
}

type Usable = Entry & { readonly text: string };

interface StepOutcome {
  readonly state: 'completed' | 'failed' | 'skipped';
  readonly files: readonly Entry[];
  readonly unusable: readonly Entry[];
}

export interface Expected {
  readonly state: 'completed' | 'failed';
  readonly steps: Readonly<Record<string, StepOutcome['state']>>;
  /** Path → text; of a job that completed. */
  readonly files: Readonly<Record<string, string>>;
}

/** Returns how a job of the pipeline ends. */
export function interpret({ assets, steps, results }: RandomPipeline): Expected {
  const sources = new Map<string, readonly Entry[]>([
    [':assets', assets.map((text, asset) => ({ name: `${text}.txt`, text, asset }))],
  ]);
  const outcomes = new Map<string, StepOutcome>();
  for (const step of steps) {
    const inputs = step.use.map((name) => sources.get(name));
    const outcome = inputs.every((entries) => entries !== undefined)
      ? runStep(step, inputs.flat())
      : { state: 'skipped' as const, files: [], unusable: [] };
    outcomes.set(step.name, outcome);
    if (outcome.state === 'completed') sources.set(step.name, [...outcome.files, ...outcome.unusable]);
  }
  const stateOf = (name: string) => outcomes.get(name)?.state;
  const isFatal = steps.some(({ name, on_error }) => on_error === 'fail' && stateOf(name) === 'failed');
  const hasResult = results.some((name) => stateOf(name) === 'completed');
  const state = isFatal || !hasResult ? 'failed' : 'completed';
  const files = results.flatMap((name) =>
    numberNames(outcomes.get(name)?.files ?? []).map(
      ([path, text]) => [results.length > 1 ? `${name}/${path}` : path, text] as const,
    ),
  );
  return {
    state,
    steps: Object.fromEntries(steps.map(({ name }) => [name, stateOf(name) ?? 'skipped'])),
    files: state === 'completed' ? Object.fromEntries(files) : {},
  };
}

function runStep({ operation, when, params }: RandomStep, given: readonly Entry[]): StepOutcome {
  const failed: StepOutcome = { state: 'failed', files: [], unusable: [] };
  const { tag, fail, fail_on, on_error } = params;
  const inputs = select(given, when, on_error);
  if (!inputs) return failed;
  if (inputs.length === 0) return { state: 'completed', files: [], unusable: [] };
  if (fail) return failed;
  const usable = inputs.filter(({ text }) => text !== null);
  const isBad = ({ text }: Entry) =>
    operation === 'text.each' && fail_on !== undefined && text?.includes(fail_on) === true;
  if (on_error === 'fail' && usable.some(isBad)) return failed;
  const good = usable.filter((entry) => !isBad(entry));
  if (good.length === 0) return failed;
  const unusable = inputs
    .filter((entry) => entry.text === null || isBad(entry))
    .map((entry) => ({ ...entry, text: null }));
  const files =
    operation === 'text.each'
      ? good.map((entry) => ({ ...entry, text: `${tag}(${entry.text})` }))
      : [{ name: 'joined.txt', text: `${tag}(${good.map(({ text }) => text).join(' ')})`, asset: null }];
  return { state: 'completed', files, unusable };
}

/** Null when the condition cannot be evaluated for an input, and that fails the step. */
function select(
  inputs: readonly Entry[],
  when: string | undefined,
  onError: 'fail' | 'skip',
): readonly Entry[] | null {
  const isMet = when === undefined ? () => true : conditions[when];
  const selected: Entry[] = [];
  for (const entry of inputs) {
    try {
      if (entry.text === null || isMet?.({ ...entry, text: entry.text })) selected.push(entry);
    } catch {
      if (onError === 'fail') return null;
      selected.push({ ...entry, text: null });
    }
  }
  return selected;
}

/** Names that come more than once are numbered: a.txt, a-2.txt, a-3.txt. */
function numberNames(files: readonly Entry[]): [string, string][] {
  const counts = new Map<string, number>();
  return files.map(({ name, text }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [count === 1 ? name : name.replace('.txt', `-${count}.txt`), text ?? ''];
  });
}
