import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLegal, isTerminal, type JobState, states, transitions } from '../../../src/jobs/model/states.ts';

const order = new Map(states.map((state, position) => [state, position]));
const position = (state: JobState): number => order.get(state) ?? -1;
const anyState = fc.constantFrom(...states);

describe('the state machine', () => {
  test('every state is reachable from created', () => {
    const reached = new Set<JobState>(['created']);
    for (const state of reached) for (const next of transitions[state]) reached.add(next);
    expect([...reached].sort()).toEqual([...states].sort());
  });

  test('terminal states have no next state', () => {
    expect(states.filter(isTerminal)).toEqual(['completed', 'failed', 'cancelled']);
    fc.assert(fc.property(anyState, anyState, (from, to) => !(isTerminal(from) && isLegal(from, to))));
  });

  test('every other state can fail and be cancelled', () => {
    for (const state of states.filter((state) => !isTerminal(state))) {
      expect(transitions[state]).toEqual(expect.arrayContaining(['failed', 'cancelled']));
    }
  });

  test('only waiting leads back, to downloading', () => {
    fc.assert(
      fc.property(anyState, anyState, (from, to) => {
        if (!isLegal(from, to)) return true;
        return position(to) > position(from) || (from === 'waiting' && to === 'downloading');
      }),
    );
  });

  test('every path ends, and completes only through packaging', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (choices) => {
        const walk: JobState[] = ['created'];
        for (const choice of choices) {
          const next = transitions[walk.at(-1) ?? 'created'];
          const state = next[choice % Math.max(1, next.length)];
          if (state) walk.push(state);
        }
        const ended = walk.findIndex(isTerminal);
        if (ended !== -1 && ended !== walk.length - 1) return false;
        return walk.at(-1) !== 'completed' || walk.at(-2) === 'packaging';
      }),
    );
  });
});
