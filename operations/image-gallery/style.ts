/** Stylesheet and icon of the pages. */

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#3b6ea5"/><path d="M2 13l4-6 3 4 2-2 3 4z" fill="#fff"/><circle cx="11" cy="5" r="1.5" fill="#fff"/></svg>
`;

export const stylesheet = `:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1d20; --faint: #5b6168; --line: #d9dde2; --well: #f1f3f5; --link: #0b57a4; --dot: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e8eaed; --faint: #a4abb3; --line: #363b41; --well: #1f2327; --link: #8ab9f1; --dot: #ff8a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1600px; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; padding: .25rem .75rem; background: var(--paper); z-index: 1; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
header p { margin: 0 0 .5rem; color: var(--faint); }
header p.description { color: inherit; max-width: 70ch; white-space: pre-line; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; padding: 0; }
nav [aria-current] { font-weight: bold; color: inherit; }
.grid { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr)); }
.grid a { display: block; color: inherit; text-decoration: none; }
.grid img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; background: var(--well);
  border-radius: 4px; }
.grid span { display: block; padding: .25rem 0; font-size: .875rem; line-height: 1.35; max-height: 4.1em; overflow: hidden; }
.grid a:hover span { text-decoration: underline; }
figure { margin: 0; text-align: center; background: var(--well); border-radius: 4px; }
figure img { max-width: 100%; max-height: 85vh; width: auto; height: auto; display: block; margin: 0 auto; }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: minmax(6rem, 22%) 1fr; gap: 0 1rem; padding: .3rem 0;
  border-bottom: 1px solid var(--line); }
dt { color: var(--faint); }
dd { margin: 0; white-space: pre-wrap; }
.map { display: block; width: 100%; height: auto; max-height: 85vh; background: var(--well); border-radius: 4px; }
.map .lines { stroke: var(--line); stroke-width: 1; }
.map text { fill: var(--faint); font-size: 13px; font-family: system-ui, sans-serif; }
.map .scale { stroke: var(--ink); stroke-width: 2; fill: none; }
.map circle { fill: var(--dot); fill-opacity: .8; stroke: var(--paper); stroke-width: 1.5; }
.map a:hover circle, .map a:focus circle { fill: var(--link); fill-opacity: 1; stroke: var(--ink); }
.map a text { fill: var(--paper); font-weight: bold; text-anchor: middle; pointer-events: none; }
.places { columns: 22rem; padding-left: 1.25rem; }
.places li { break-inside: avoid; }
footer { margin-top: 1.5rem; border-top: 1px solid var(--line); }
`;
