/** Measures which code of the workflow bundle this thread executes. */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A range of code that was not executed: a function, a block, or a branch of an expression. */
export interface UncoveredCode {
  /** Source file and line, from 1. */
  readonly at: string;
  /** The start of the compiled code. */
  readonly code: string;
}

export class BundleCoverage {
  readonly #path: string;
  readonly #session = new Session();

  /** `path`: the bundle, with an inline source map. */
  constructor(path: string) {
    this.#path = path;
  }

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** The code that was not executed since `start`, of the source files that `isIncluded` accepts. */
  async uncoveredCode(isIncluded: (source: string) => boolean): Promise<UncoveredCode[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const scripts = result.filter(({ url }) => url === pathToFileURL(this.#path).href);
    if (scripts.length !== 1) throw new Error(`The bundle was loaded ${scripts.length} times, not once`);
    const text = readFileSync(this.#path, 'utf8');
    const locate = createLocator(text);
    const ranges = scripts.flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
    return ranges
      .filter(({ count }) => count === 0)
      .flatMap(({ startOffset, endOffset }) => {
        const { source, line } = locate(startOffset);
        const code = text.slice(startOffset, Math.min(endOffset, startOffset + 120)).trim();
        // Getters that the bundler writes for exports stand behind the last mapping of another file.
        const isGenerated = code.includes('/* binding */');
        return isIncluded(source) && !isGenerated ? [{ at: `${source}:${line}`, code }] : [];
      });
  }
}

/** Finds the source of an offset in the bundle. */
function createLocator(text: string): (offset: number) => { source: string; line: number } {
  const [, payload = ''] = /sourceMappingURL=data:[^,]+,(\S+)/.exec(text) ?? [];
  const map = new SourceMap(JSON.parse(Buffer.from(payload, 'base64').toString()));
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    const line = lineStarts.findLastIndex((start) => start <= offset);
    const entry = map.findEntry(line, offset - (lineStarts[line] ?? 0));
    return 'originalSource' in entry
      ? { source: entry.originalSource, line: entry.originalLine + 1 }
      : { source: '', line: 0 };
  };
}
