/** An operation that an operator describes in a YAML file: a command, what it takes, and what it leaves. */
import { z } from 'zod';
import '../../src/lib/zod-messages.ts';

/** An argument: text with `{placeholders}`, or arguments that are there only when a parameter is set. */
const argument = z.union([
  z.string(),
  z.strictObject({ when: z.string(), arguments: z.array(z.string()).min(1) }),
]);

const units = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;
const bytes = z
  .string()
  .regex(/^\d+[KMG]?$/, 'must be a number of bytes, such as 500M or 2G')
  .transform((text) => Number.parseInt(text, 10) * units[text.replace(/\d/g, '') as keyof typeof units]);

const pattern = z.string().refine((text) => {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}, 'must be a regular expression');

const relative = z
  .string()
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'must lie in the output directory',
  );

export const definition = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*([._][a-z][a-z0-9-]*)+$/, 'must be two or more words, such as text.ocr'),
  title: z.string().min(1),
  description: z.string().regex(/\.$/, 'must end with a full stop'),
  inputs: z.strictObject({
    min: z.int().min(0).default(1),
    max: z.int().min(0).max(10_000).default(10_000),
    media: z.array(z.string()).default(['*/*']),
  }),
  /** JSON Schema (2020-12) of each parameter, by name. */
  params: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
  /** `each`: once for each asset. `all`: once, with all of them. */
  run: z.enum(['each', 'all']).default('each'),
  command: z.tuple([z.string()], argument),
  /** Globs below the output directory; what they match becomes a result file. */
  outputs: z.array(relative).default(['**']),
  /** A JSON file below the output directory that is the result; of `run: each`, one an asset, in a list. */
  data: relative.optional(),
  /** Each line that it prints is searched for these; the first group is a percentage, or the name of what goes on. */
  progress: pattern.optional(),
  detail: pattern.optional(),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  /** True if the command may use the network. */
  network: z.boolean().default(false),
  /** Files and directories that it reads, apart from the programs and libraries of the system. */
  reads: z.array(z.string().startsWith('/', 'must be an absolute path')).default([]),
  limits: z
    .strictObject({
      seconds: z.number().min(1).max(86_400).default(600),
      /** Address space of each process. */
      memory: bytes.optional(),
      /** Maximum size of each file, and of all files together. */
      output: bytes.default(2 ** 30),
    })
    .prefault({}),
  /** Whose task queue its stage runs on. The default is one of its own, which workers serve where the program is there. */
  capability: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .optional(),
  /** A command whose first line of output names the version. */
  version: z.array(z.string()).min(1),
  /** True if equal assets and parameters give equal results, as long as `version` prints the same. */
  deterministic: z.boolean().default(false),
  /** How an operator installs the program. */
  install: z.string().optional(),
});

export type Definition = z.infer<typeof definition>;
