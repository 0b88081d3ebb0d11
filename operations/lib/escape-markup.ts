/** Escapes untrusted text for HTML and XML. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Not allowed in XML 1.0 (2.2, Char) even when escaped: most control characters, lone surrogates, non-characters. */
const forbidden = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Bidirectional control characters: with them `gpj.exe` could look like `exe.jpg`, and a page could be mirrored. */
const bidiControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Escapes text for element content and quoted attributes. */
export const escapeMarkup = (text: string): string =>
  text
    .replace(forbidden, '\ufffd')
    .replace(bidiControls, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
