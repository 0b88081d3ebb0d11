import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLocation } from '../../../operations/image-gallery/location.ts';
import {
  fitScale,
  formatDegrees,
  formatPosition,
  graticuleLines,
} from '../../../operations/image-gallery/map-scale.ts';

const position = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe('a map', () => {
  test('shows every location on earth', () => {
    fc.assert(
      fc.property(fc.array(position, { minLength: 1, maxLength: 30 }), (positions) => {
        const scale = fitScale(positions);
        const { width, height, step } = scale;
        expect(step).toBeGreaterThan(0);
        expect(height).toBeGreaterThanOrEqual(400);
        expect(height).toBeLessThanOrEqual(900);
        for (const place of positions) {
          const { x, y } = scale.project(place);
          expect(0 <= x && x <= width && 0 <= y && y <= height).toBe(true);
        }
      }),
    );
  });

  test('has north at the top and east on the right, at one scale', () => {
    const places = { latitude: 51.5, longitude: -0.1 };
    const scale = fitScale([places, { latitude: 51.6, longitude: 0.1 }]);
    const [one, two] = [scale.project(places), scale.project({ latitude: 51.6, longitude: 0.1 })];
    expect(two.x).toBeGreaterThan(one.x);
    expect(two.y).toBeLessThan(one.y);
    const [metresX, metresY] = [0.2 * Math.cos((51.55 * Math.PI) / 180), 0.1];
    expect((two.x - one.x) / metresX / ((one.y - two.y) / metresY)).toBeCloseTo(1, 3);
  });

  test('crosses the date line if that is shorter', () => {
    const fiji = { latitude: -17, longitude: 178 };
    const samoa = { latitude: -14, longitude: -172 };
    const scale = fitScale([samoa, fiji]);
    expect(scale.project(samoa).x).toBeGreaterThan(scale.project(fiji).x);
    expect(scale.east - scale.west).toBeLessThan(60);
  });

  test('has lines at round degrees', () => {
    expect(graticuleLines(-0.17, 0.11, 0.1)).toEqual([-0.1, 0, 0.1]);
    expect(graticuleLines(170, 200, 10)).toEqual([170, 180, 190, 200]);
    expect(graticuleLines(0.12, 0.13, 0.1)).toEqual([]);
  });

  test.each([
    [12.5, 'latitude', 1, '12.5° N'],
    [-12.5, 'latitude', 0, '13° S'],
    [190, 'longitude', 0, '170° W'],
    [-190, 'longitude', 0, '170° E'],
    [0, 'longitude', 2, '0.00°'],
    [-0.001, 'longitude', 2, '0.00°'],
  ] as const)('calls %d of %s, with %d digits, %s', (value, axis, digits, words) => {
    expect(formatDegrees(value, axis, digits)).toBe(words);
  });

  test('formats a location', () => {
    expect(formatPosition({ latitude: -33.8587, longitude: 151.2 })).toBe('33.85870° S, 151.20000° E');
  });
});

describe('the place of an asset', () => {
  test.each<[Record<string, unknown>, [number, number] | null]>([
    [{ latitude: 1.5, longitude: -2 }, [1.5, -2]],
    [{ lat: '1.5', lon: ' -2 ' }, [1.5, -2]],
    [{ Lat: 90, LNG: 180 }, [90, 180]],
    [{ lat: 0, lng: 0 }, [0, 0]],
    [{ lat: 1 }, null],
    [{ lat: 91, lon: 0 }, null],
    [{ lat: '', lon: '' }, null],
    [{ lat: '1e1', lon: '0x10' }, null],
    [{ lat: null, lon: [2] }, null],
    [{ lat: true, lon: 1 }, null],
    [{ latitude: 'north', lat: 3, longitude: 4 }, [3, 4]],
    [{}, null],
  ])('%j', (attributes, found) => {
    const wanted = found && { latitude: found[0], longitude: found[1] };
    expect(readLocation(attributes)).toEqual(wanted);
  });
});
