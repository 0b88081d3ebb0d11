/** Reads the file of a template, and finds the lines that errors are about. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isCollection, isMap, LineCounter, parseDocument } from 'yaml';
import { DarkroomProblem } from '../../client/client.ts';
import { UsageError } from '../exit-code.ts';

export interface TemplateFile {
  /** Undefined: the file has none. */
  readonly name: string | undefined;
  /** The other fields. The server checks them. */
  readonly template: Readonly<Record<string, unknown>>;
  /** Returns line and column of a JSON Pointer, such as `12:5`; of a missing member, those of its object. */
  locate(pointer: string): string;
}

/**
 * Reads YAML, of which JSON is a part. A file may repeat the fields `version`, `scope` and `created_at` of the server, which do not
 * count.
 *
 * @param file - A path, or `-` for standard input.
 * @throws UsageError with the line of each error
 */
export async function readTemplateFile(file: string): Promise<TemplateFile> {
  const lines = new LineCounter();
  const content = file === '-' ? await text(process.stdin) : await readText(file);
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw new UsageError(
      document.errors.map(({ message, pos: [offset] }) => `${file}:${at(offset)}: ${message}`).join('\n  '),
    );
  if (!isMap(document.contents))
    throw new UsageError(`${file}: must contain a template: an object with steps`);
  const { name, version: _, scope: __, created_at: ___, ...template } = toValue(document, file);
  if (name !== undefined && typeof name !== 'string') throw new UsageError(`${file}: name: must be a string`);
  return {
    name,
    template,
    locate(pointer) {
      let node: unknown = document.contents;
      let offset = 0;
      for (const part of pointer.split('/').slice(1)) {
        if (!isCollection(node)) break;
        const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
        const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
        offset = startOf(pair?.key) ?? startOf(node.get(Number(key), true)) ?? offset;
        node = isMap(node) ? pair?.value : node.get(Number(key), true);
      }
      return at(offset);
    },
  };
}

const startOf = (node: unknown): number | undefined =>
  (node as { range?: readonly [number, number, number] } | null | undefined)?.range?.[0];

/** Aliases may repeat a node, but not without end. */
function toValue(document: ReturnType<typeof parseDocument>, file: string): Record<string, unknown> {
  try {
    return document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`, {
      cause: error,
    });
  });
}

/** Returns the error of the server with the lines of the file in its message. */
export function explainProblem(
  problem: DarkroomProblem,
  file: string,
  locate: TemplateFile['locate'],
): DarkroomProblem {
  if (problem.errors.length === 0) return problem;
  const lines = problem.errors.map(
    ({ pointer, detail }) => `${file}:${locate(pointer)}: ${pointer || 'the template'}: ${detail}`,
  );
  return new DarkroomProblem({ ...problem, detail: lines.join('\n  ') }, { cause: problem });
}
