/** Writes JSON values as literals of programming languages. */

/** Code in place of a value. */
export class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

interface Language {
  readonly null: string;
  readonly true: string;
  readonly false: string;
  /** Writes the name of a member. */
  readonly key: (name: string) => string;
  readonly quote: (text: string) => string;
}

const doubleQuoted = (text: string): string => JSON.stringify(text);
const singleQuoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

export const typeScript: Language = {
  null: 'null',
  true: 'true',
  false: 'false',
  key: (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : singleQuoted(name)),
  quote: singleQuoted,
};

export const python: Language = {
  null: 'None',
  true: 'True',
  false: 'False',
  key: doubleQuoted,
  quote: doubleQuoted,
};

/** Characters that fit on a line. */
const LINE = 70;

/** Writes a value. Objects and lists that do not fit on a line are indented. Members that are undefined are left out. */
export function writeLiteral(value: unknown, language: Language, indent = ''): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return language.quote(value);
  if (value === null || value === undefined) return language.null;
  if (typeof value === 'boolean') return value ? language.true : language.false;
  if (typeof value !== 'object') return String(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const write = (inner: string): string[] =>
    Array.isArray(value)
      ? value.map((item) => writeLiteral(item, language, inner))
      : Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([name, member]) => `${language.key(name)}: ${writeLiteral(member, language, inner)}`);
  const members = write(`${indent}  `);
  if (members.length === 0) return open + close;
  const line = members.join(', ');
  const [before, after] = open === '{' ? ['{ ', ' }'] : [open, close];
  if (line.length <= LINE && !line.includes('\n')) return before + line + after;
  return `${open}\n${members.map((member) => `${indent}  ${member},\n`).join('')}${indent}${close}`;
}
