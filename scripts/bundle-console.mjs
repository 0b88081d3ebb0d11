/** Bundles the console into `dist/web`: one module and one style sheet. Viewers are modules that the page loads when it needs them. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = new URL('../dist/web/', import.meta.url);

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'web/main.tsx', style: 'web/style/index.css' },
  outdir: 'dist/web',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  // Keeps the licences of the packages in the bundle.
  legalComments: 'eof',
  metafile: true,
  logLevel: 'warning',
});

/** The modules that `main.js` imports. The page preloads them. */
function listImports(output, found = new Set()) {
  for (const { path, kind } of metafile.outputs[output].imports) {
    if (kind !== 'import-statement' || found.has(path)) continue;
    found.add(path);
    listImports(path, found);
  }
  return [...found];
}

const preload = listImports('dist/web/main.js').map((path) => path.replace('dist/web/', ''));
writeFileSync(new URL('preload.json', out), JSON.stringify(preload));
copyFileSync(new URL('../web/icon.svg', import.meta.url), new URL('icon.svg', out));
