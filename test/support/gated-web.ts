/** A web server whose pictures can be held back, so that a test decides how long a download takes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { plain } from './pictures.ts';
import { startWeb, type Web } from './web.ts';

export interface GatedWeb extends Web {
  /** Of /0.jpg and /1.jpg. */
  readonly colours: readonly ['red', 'blue'];
  /** From now on pictures are not answered. */
  hold(): void;
  /** Answers all that wait, and those that come. */
  release(): void;
}

export async function startGatedWeb(): Promise<GatedWeb> {
  const [red, blue] = await Promise.all(
    ['#c83214', '#1432c8'].map((colour) => plain(640, 480, colour).jpeg().toBuffer()),
  );
  let open = Promise.resolve();
  let release = () => {};
  const held = (bytes = Buffer.alloc(0)) => {
    return (_: IncomingMessage, response: ServerResponse) => void open.then(() => response.end(bytes));
  };
  const web = await startWeb({ '/0.jpg': held(red), '/1.jpg': held(blue) });
  return {
    ...web,
    colours: ['red', 'blue'],
    hold: () => {
      open = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => release(),
  };
}
