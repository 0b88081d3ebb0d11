import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./bare-process.js', import.meta.url));

export interface Bare {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the baseline web server; see `bare-process.ts`.
 *
 * @param own directory for uploads, which may contain `picture.png`
 * @param folder directory whose files it sends
 */
export async function startBare(own: string, folder = own): Promise<Bare> {
  const child = fork(main, [own, folder]);
  const [port] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}
