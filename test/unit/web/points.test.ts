/** Which results are detections, and which points the viewer shows. */
import { expect, test } from 'vitest';
import { filterPoints, readDetections } from '../../../web/viewers/points.ts';

const image = { index: 0, name: 'a.png', width: 300, height: 240 };
const points = [
  { x: 1, y: 2, radius: 5, score: 0.9, channel: 'haematoxylin' },
  { x: 3, y: 4, radius: 5, score: 0.5, channel: 'dab' },
  { x: 5, y: 6, radius: 5, score: 0.4, channel: 'haematoxylin' },
];

test('reads one detection, and those of several assets', () => {
  const one = { image, count: 3, points, truncated: false };
  expect(readDetections(one)).toEqual([one]);
  expect(readDetections({ assets: [one, { ...one, points: null }], count: 6 })).toHaveLength(2);
});

test.each([
  ['null', null],
  ['a text', 'count'],
  ['the metadata of pictures', { assets: [{ name: 'a.jpg', width: 3 }] }],
  ['no assets', { assets: [] }],
  ['an echo that resembles one', { count: 3, points: [], image: { width: '3', height: 4 } }],
])('finds none in %s', (_, data) => {
  expect(readDetections(data)).toEqual([]);
});

test('filters by channel and score', () => {
  expect(filterPoints(points, new Set(['haematoxylin', 'dab']), 0.5)).toEqual([points[0], points[1]]);
  expect(filterPoints(points, new Set(['haematoxylin']), 0)).toEqual([points[0], points[2]]);
  expect(filterPoints(points, new Set(), 0)).toEqual([]);
});
