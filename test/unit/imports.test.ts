/** Imports point one way; see "Source layout" in docs/architecture.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderTable, ruleOf, rules } from '../support/import-rules.ts';
import { findCycles, type Import, imports, root, sources } from '../support/source-imports.ts';

const fits = (to: string, names: readonly string[]): boolean =>
  names.some((name) => {
    if (name === '*') return true;
    if (name === 'node') return to.startsWith('node:');
    if (name.startsWith('*/')) return to.endsWith(name.slice(1));
    if (name.endsWith('/')) return to.startsWith(name);
    return to === name || to.startsWith(`${name}/`);
  });

const isAllowed = ({ from, to, typeOnly }: Import): boolean => {
  const rule = ruleOf(from);
  if (!rule) return false;
  return fits(to, rule.may) || (typeOnly && fits(to, rule.types ?? []));
};

describe('imports follow the rules', () => {
  test.each(rules.map(({ of }) => of))('in %s', (of) => {
    const files = sources.filter((file) => ruleOf(file)?.of === of);
    expect(files, 'files that this rule is for').not.toEqual([]);
    expect(imports.filter((each) => ruleOf(each.from)?.of === of && !isAllowed(each))).toEqual([]);
  });

  test('there are no import cycles', () => {
    expect(findCycles()).toEqual([]);
  });

  test.each([/^src\/dialects\/([^/.]+)\//, /^src\/storage\/([^/.]+)\//])(
    'siblings of %s do not import each other',
    (sibling) => {
      const nameOf = (path: string) => sibling.exec(path)?.[1];
      const across = imports.filter(({ from, to }) => {
        const [one, other] = [nameOf(from), nameOf(to)];
        return one !== undefined && other !== undefined && one !== other;
      });
      expect(across).toEqual([]);
    },
  );

  test('docs/architecture.md shows these rules (vitest -u writes them)', async () => {
    const path = join(root, 'docs/architecture.md');
    const text = readFileSync(path, 'utf8');
    const table = `<!-- import rules -->\n${renderTable()}\n<!-- end -->`;
    await expect(text.replace(/<!-- import rules -->[\s\S]*<!-- end -->/, table)).toMatchFileSnapshot(path);
  });
});
