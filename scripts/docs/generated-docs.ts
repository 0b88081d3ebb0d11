/** The files with generated parts. `npm run docs` writes them; a test compares them. */
import { renderEnvExample } from './env-example.ts';
import { operationParts } from './operations.ts';
import { renderRoles } from './roles-table.ts';
import { renderSettings } from './settings-table.ts';

interface GeneratedDoc {
  /** Below the root of the package. */
  readonly path: string;
  /** Returns the file with its generated parts as they should be. */
  readonly render: (text: string) => string;
}

export const generatedDocs: readonly GeneratedDoc[] = [
  { path: '.env.example', render: renderEnvExample },
  { path: 'docs/authentication.md', render: (text) => replacePart(text, 'roles', renderRoles()) },
  { path: 'docs/configuration.md', render: (text) => replacePart(text, 'settings', renderSettings()) },
  {
    path: 'docs/operations.md',
    render: (text) =>
      [...operationParts].reduce((page, [name, content]) => replacePart(page, name, content), text),
  },
];

/** @throws {Error} When the text has no such part. */
function replacePart(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, '<!-- end -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page needs the lines "${begin}" and "${end}"`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
}
