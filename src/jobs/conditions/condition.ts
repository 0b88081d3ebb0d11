/** Conditions on the inputs of a step, in CEL (Common Expression Language, cel.dev). */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { checkSyntax } from './check-syntax.ts';
import { type FactName, factTypes, type InputFacts } from './facts.ts';
import { MATCHES, MatchBudget } from './match-budget.ts';

/** Expressions are small, so that the cost of an evaluation is bounded. */
const limits = {
  maxAstNodes: 250,
  maxDepth: 24,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 4,
};

const budget = new MatchBudget();

const environment = Object.entries(factTypes).reduce(
  (env, [name, type]) => env.registerVariable(name, type),
  new Environment({ limits, unlistedVariablesAreDyn: false }).registerFunction(
    `string.${MATCHES}(string): bool`,
    (text: string, pattern: string) => budget.matches(text, pattern),
  ),
);

/** The expression cannot be evaluated for an input: an attribute is missing, for example. The message says why. */
export class ConditionError extends Error {}

/** A condition that is valid. */
export interface Condition {
  /** The facts that it uses. */
  readonly uses: ReadonlySet<FactName>;
  /**
   * Whether an input meets it. Equal facts have equal answers.
   *
   * @throws ConditionError
   */
  isMet(facts: InputFacts): boolean;
}

/** Returns a condition, or why the text is none: a sentence whose subject is the field. */
export function parseCondition(text: string): Condition | { readonly fault: string } {
  try {
    const parsed = environment.parse(text);
    const syntax = checkSyntax(parsed.ast);
    if ('fault' in syntax) return { fault: locate(syntax.fault, syntax.at) };
    const { valid, type, error } = parsed.check();
    if (!valid) return { fault: describe(error) };
    if (type === 'bool') return { uses: syntax.uses, isMet: (facts) => evaluate(parsed, facts) };
    if (type === 'dyn')
      return {
        fault: 'must be true or false, and its type is not known before: compare it, as in … == true',
      };
    return { fault: `must be true or false, and it is of type ${type}` };
  } catch (error) {
    return { fault: describe(error) };
  }
}

function evaluate(parsed: ParseResult, facts: InputFacts): boolean {
  budget.reset();
  const entries = Object.entries(facts).map(([name, value]) => [name, toCel(value)]);
  try {
    return parsed(Object.fromEntries(entries)) === true;
  } catch (error) {
    throw new ConditionError(summarize(error));
  }
}

/** Whole numbers are `int`. Objects become maps, whose keys mean nothing to JavaScript. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, toCel(inner)]));
}

interface CelError {
  readonly summary?: string;
  readonly range?: { readonly start: number };
}

const summarize = (error: unknown): string =>
  (error as CelError | undefined)?.summary ?? (error instanceof Error ? error.message : String(error));

const describe = (error: unknown): string =>
  locate(summarize(error), (error as CelError | undefined)?.range?.start);

/** `at`: position in the expression, from 0. */
const locate = (fault: string, at: number | undefined): string =>
  `is no valid condition: ${fault}${at === undefined ? '' : ` (character ${at + 1})`}`;
