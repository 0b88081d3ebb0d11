/** A spatial index of points: a uniform grid. */

interface Point {
  readonly x: number;
  readonly y: number;
}

export class PointGrid<T extends Point> {
  readonly #cells = new Map<string, T[]>();
  readonly #side: number;

  /** @param side - Side of a cell, in pixels: about the search radius. */
  constructor(places: Iterable<T>, side: number) {
    this.#side = side;
    for (const place of places) {
      const key = `${this.#cell(place.x)} ${this.#cell(place.y)}`;
      const there = this.#cells.get(key);
      if (there) there.push(place);
      else this.#cells.set(key, [place]);
    }
  }

  /** Returns the other points within `reach` of a point. */
  *around(place: Point, reach: number): Generator<T> {
    for (let row = this.#cell(place.y - reach); row <= this.#cell(place.y + reach); row++) {
      for (let column = this.#cell(place.x - reach); column <= this.#cell(place.x + reach); column++) {
        for (const other of this.#cells.get(`${column} ${row}`) ?? []) {
          if (other !== place && Math.hypot(other.x - place.x, other.y - place.y) <= reach) yield other;
        }
      }
    }
  }

  #cell(at: number): number {
    return Math.floor(at / this.#side);
  }
}
