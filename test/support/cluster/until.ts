import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child.ts';

const TIMEOUT_MS = 120_000;

/** Resolves once `ask` does. Throws, with what the server said last, when that ends first or takes too long. */
export async function until(name: string, server: Child, ask: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + TIMEOUT_MS; ; await sleep(100)) {
    const error = await ask().then(
      () => null,
      (error: unknown) => error,
    );
    if (error === null) return;
    if (server.process.exitCode !== null || server.process.signalCode !== null || Date.now() > deadline)
      throw new Error(`${name} does not answer:\n${server.output().slice(-3000)}`, { cause: error });
  }
}
