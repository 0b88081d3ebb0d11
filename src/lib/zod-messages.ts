/**
 * What zod finds wrong, in our words: sentences whose subject is the field. Once this is imported they hold for the whole process; a
 * schema that knows better says so itself.
 */
import { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Message for a missing field. JSON cannot contain `undefined`. */
export const MISSING = 'is required';

const types: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2026-11-21T09:30:00Z',
  date: 'a date such as 2026-11-21',
  url: 'a URL',
};

/** Returns undefined to use zod's own message. */
const describeIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue) ? MISSING : `must be ${types[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return isMissing(issue) ? MISSING : listAlternatives(issue.values);
    case 'too_small':
      return boundary(issue.origin, issue.minimum, issue.exact, issue.inclusive ? 'at least' : 'more than');
    case 'too_big':
      return boundary(issue.origin, issue.maximum, issue.exact, issue.inclusive ? 'at most' : 'less than');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      if (issue.format === 'regex') return `must match ${issue.pattern}`;
      return `must be ${formats[issue.format] ?? `a valid ${issue.format}`}`;
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_key':
      return `has a name that cannot be used: it ${sentences(issue.issues)}`;
    case 'invalid_union':
      return issue.errors.length > 0 ? sentences(issue.errors.flat()) : undefined;
    default:
      return undefined;
  }
};

const isMissing = ({ input }: { input?: unknown }): boolean => input === undefined;

z.config({ customError: describeIssue });

/** Keeps one issue per field and kind. For a number beyond several limits, it keeps the relevant limit. */
export const dedupeIssues = (issues: readonly Issue[]): Issue[] => [
  ...new Map(issues.map((issue) => [JSON.stringify([issue.path, issue.code]), issue])).values(),
];

function boundary(origin: string, limit: number | bigint, exact: boolean | undefined, usual: string): string {
  const how = exact ? 'exactly' : usual;
  if (['number', 'int', 'bigint'].includes(origin)) return `must be ${how} ${limit}`;
  if (how === 'at least' && limit === 1) return 'must not be empty';
  const [one, many] = origin === 'string' ? ['character', 'characters'] : ['entry', 'entries'];
  return `must have ${how} ${limit} ${limit === 1 ? one : many}`;
}

function listAlternatives(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}`;
}

const sentences = (issues: readonly Issue[]): string =>
  [...new Set(issues.map(({ message }) => message))].join('; or ');
