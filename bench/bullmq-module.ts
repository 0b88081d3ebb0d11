/** The part of BullMQ that the benchmarks use. It is no dependency of darkroom: `npm install --no-save bullmq ioredis` installs it. */

interface Connection {
  readonly connection: { readonly host: string; readonly port: number };
}

interface BullMq {
  readonly Queue: new (
    name: string,
    options: Connection,
  ) => {
    add(name: string, data: object): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    process: (job: { readonly data: never }) => Promise<unknown>,
    options: Connection & { readonly concurrency: number },
  ) => {
    waitUntilReady(): Promise<unknown>;
    close(): Promise<void>;
  };
}

/** Returns null when it is not installed. */
export function loadBullMq(): Promise<BullMq | null> {
  const name = 'bullmq';
  return import(name).then(
    (module: BullMq) => module,
    () => null,
  );
}
