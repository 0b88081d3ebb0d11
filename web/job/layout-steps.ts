/** Places the steps of a pipeline in columns: each right of all the steps that it uses. */
import type { Job } from '../../src/client/client.ts';

type Step = Job['steps'][number];

export interface PlacedStep {
  readonly step: Step;
  /** From 0; steps that use no other step are in the first one. */
  readonly column: number;
  /** From 0, within the column. */
  readonly row: number;
}

/** @param steps in an order in which each follows those that it uses */
export function layoutSteps(steps: readonly Step[]): readonly PlacedStep[] {
  const placed = new Map<string, PlacedStep>();
  const rows: number[] = [];
  for (const step of steps) {
    const used = step.use.map((name) => placed.get(name)?.column ?? -1);
    const column = Math.max(-1, ...used) + 1;
    const row = rows[column] ?? 0;
    rows[column] = row + 1;
    placed.set(step.name, { step, column, row });
  }
  return [...placed.values()];
}
