import { expect, it } from 'vitest';
import { defaultAssetName } from '../../../activities/asset-name.ts';

it.each([
  [{ path: 'day 1/IMG%20001.jpg' }, 'IMG%20001.jpg'],
  [{ path: '/srv/a%2Fb.jpg' }, 'a%2Fb.jpg'],
  [{ path: '100%.jpg' }, '100%.jpg'],
  [{ path: 'folder/' }, 'folder'],
  [{ path: 'a\\b.jpg' }, 'a_b.jpg'],
  [{ url: 'https://example.com/IMG%20001.jpg?x=/y' }, 'IMG 001.jpg'],
  [{ url: 'https://example.com/a%2Fb.jpg' }, 'a_b.jpg'],
  [{ url: 'https://example.com/100%.jpg' }, '100%.jpg'],
  [{ url: 'https://example.com/' }, 'asset-7'],
  [{ url: 'https://example.com/%2e%2e%2F' }, '.._'],
  [{ path: '..' }, 'asset-7'],
])('an asset from %j is named "%s"', (source, name) => {
  expect(defaultAssetName(source, 7)).toBe(name);
});
