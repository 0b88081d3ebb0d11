/** The frame of every page. A Content-Security-Policy forbids scripts and requests to other sites. */
import { escapeMarkup } from '../lib/escape-markup.ts';

/** No scripts and no inline styles. For `file:` pages, `'self'` means the folder. */
const policy = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'";

export interface PageFrame {
  /** Plain text. */
  readonly title: string;
  /** From the page to the root of the gallery: '' or '../'. */
  readonly root: string;
  /** HTML. */
  readonly header: string;
  readonly main: string;
  readonly footer?: string;
}

export const htmlPage = ({ title, root, header, main, footer }: PageFrame): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeMarkup(title)}</title>
<link rel="icon" href="${root}icon.svg">
<link rel="stylesheet" href="${root}style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
${header}
</header>
<main id="main">
${main}
</main>
${footer === undefined ? '' : `<footer>\n${footer}\n</footer>\n`}</body>
</html>
`;

/** Escapes untrusted text and isolates its direction, so that right-to-left text does not affect its surroundings. */
export const isolateText = (text: string): string => `<bdi>${escapeMarkup(text)}</bdi>`;

/** Returns a description list. Rows without a value are skipped. Values are HTML. */
export function descriptionList(rows: readonly (readonly [string, string | null])[]): string {
  const shown = rows.filter(([, value]) => value !== null && value !== '');
  if (shown.length === 0) return '';
  const items = shown.map(([name, value]) => `<div><dt>${isolateText(name)}</dt><dd>${value}</dd></div>`);
  return `<dl>\n${items.join('\n')}\n</dl>`;
}
