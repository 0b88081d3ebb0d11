/** Text of strangers inside markup of ours. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML 1.0 (2.2, Char) does not allow even when escaped: most control characters, halves of pairs, non-characters. */
const notAllowed = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Marks that turn the direction of what follows; `gpj.exe` could look like `exe.jpg`, and a page could be mirrored. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** For the content of elements and for attributes in quotes, in HTML as in XML. */
export const escaped = (text: string): string =>
  text
    .replace(notAllowed, '\ufffd')
    .replace(directions, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
