/** Regular expressions in conditions: RE2, which takes linear time, and not too much of it. */
import { RE2JS } from 're2js';

/** Name of the function that takes the place of CEL's `matches`. */
export const MATCHES = 'matchesRe2';

/** Characters times instructions of the pattern that one evaluation may take: about 50 ms. */
const MAX_STEPS = 2_000_000;

/** Instructions of one pattern. */
const MAX_PROGRAM = 2000;

/** Returns why a pattern cannot be used; null: it can. */
export function findPatternFault(pattern: string): string | null {
  try {
    const size = RE2JS.compile(pattern).programSize();
    return size > MAX_PROGRAM ? 'the pattern is too long with its repetitions' : null;
  } catch (error) {
    return `the pattern is invalid: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Limits what the matches of one evaluation cost. */
export class MatchBudget {
  #left = MAX_STEPS;
  #compiled = new Map<string, RE2JS>();

  reset(): void {
    this.#left = MAX_STEPS;
    this.#compiled.clear();
  }

  /** @throws Error when the matches since `reset` cost too much. */
  matches(text: string, pattern: string): boolean {
    const compiled = this.#compiled.get(pattern) ?? RE2JS.compile(pattern);
    this.#compiled.set(pattern, compiled);
    this.#left -= (text.length + 1) * compiled.programSize();
    if (this.#left < 0) throw new Error('matches() takes too long for this input');
    return compiled.matcher(text).find();
  }
}
