/** What clients see of the output of programs. */
import { expect, test } from 'vitest';
import { toPublicLine } from '../../../src/lib/public-line.ts';

test.each([
  ['nothing to hide', '3 of 12 images matched (25 %), and/or 1/2'],
  ['relative paths', 'inputs/0/a.jpg: ok, ./b.jpg, ../c/d.jpg'],
  ['a URL', 'see https://colmap.github.io/faq.html#x'],
])('%s stays as it is', (_, line) => {
  expect(toPublicLine(line, [])).toBe(line);
});

test.each([
  ['a path', '/srv/darkroom/work/7f3a/inputs/0/a.jpg: bad header', '…/a.jpg: bad header'],
  ['a path after =', 'database=/var/lib/x/database.db', 'database=…/database.db'],
  ['a path after a colon', 'Error:/opt/y/z.py:12', 'Error:…/z.py:12'],
  ['a path in quotes', 'open("/home/user/.cache/model.bin")', 'open("…/model.bin")'],
  ['a folder', 'in /srv/data/', 'in …/data'],
  ['slashes that are doubled', 'read //srv//data/a', 'read …/a'],
  ['a file URL', 'file:///srv/data/a.jpg', '…/a.jpg'],
  ['the only name of a path', 'chdir /data', 'chdir …/data'],
  [
    'queries of URLs',
    'GET https://s3.example.com/b/k.jpg?X-Amz-Signature=abc 403',
    'GET https://s3.example.com/b/k.jpg?*** 403',
  ],
  [
    'passwords of URLs',
    'fetch https://user:hunter2@files.example.com/a',
    'fetch https://***@files.example.com/a',
  ],
  ['escape sequences', '\u001B[31mred\u001B[0m\u0007 alert', 'red alert'],
  ['surrounding space', '  done\t', 'done'],
])('%s is replaced', (_, line, expected) => {
  expect(toPublicLine(line, [])).toBe(expected);
});

test('secrets are replaced wherever they are, unless they are too short to be recognized', () => {
  expect(toPublicLine('key=s3cr3t&again=s3cr3t', ['s3cr3t'])).toBe('key=***&again=***');
  expect(toPublicLine('a cat sat', ['a'])).toBe('a cat sat');
});
