/** The format of API keys. The checksums were computed with Python's zlib. */
import { describe, expect, test } from 'vitest';
import { formatKey, newId, newSecret, parseKey } from '../../../src/auth/api-key.ts';

const known = [
  ['5c1766fd7579', 'HYqJzSrGeDOMrZOFI6sxfNJ3qnI0nnPFFm18UcV9wMg', '05EFsK'],
  ['000000000000', 'x'.repeat(43), '0bSonY'],
  ['0000000001be', 'a'.repeat(43), '00IcGi'],
] as const;

test.each(known)('the key of %s ends with its checksum', (id, secret, checksum) => {
  const key = formatKey(id, secret);
  expect(key).toBe(`drk_${id}_${secret}${checksum}`);
  expect(parseKey(key)).toEqual({ id, secret });
});

describe('a new key', () => {
  const key = formatKey(newId(), newSecret());

  test('has a secret of 43 letters and digits', () => {
    expect(parseKey(key)?.secret).toMatch(/^[0-9A-Za-z]{43}$/);
  });

  test('with any one character replaced, removed or swapped with the next one is no key', () => {
    for (let at = 0; at < key.length; at++) {
      const [before, here, after] = [key.slice(0, at), key[at] ?? '', key.slice(at + 1)];
      const others = [...'0aZf_-'].filter((other) => other !== here).map((other) => before + other + after);
      const swapped = before + after.slice(0, 1) + here + after.slice(1);
      for (const wrong of [...others, before + after, ...(swapped === key ? [] : [swapped])])
        expect([wrong, parseKey(wrong)]).toEqual([wrong, null]);
    }
  });
});
