/** Random numbers that a seed repeats (mulberry32). */

export interface SeededRandom {
  /** Returns a number from 0 up to, but not including, 1. */
  next(): number;
  /** @throws RangeError if there are no items. */
  pick<Item>(items: readonly Item[]): Item;
  /** Returns one of the names; a name with twice the weight is twice as likely. */
  pickWeighted<Name extends string>(names: readonly Name[], weights: Readonly<Record<Name, number>>): Name;
}

export function seedRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError('There is nothing to pick from');
    return items[Math.floor(next() * items.length)] as Item;
  };
  return {
    next,
    pick,
    pickWeighted: (names, weights) => {
      let rest = next() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        rest -= weights[name];
        if (rest < 0) return name;
      }
      return pick(names);
    },
  };
}
