/**
 * Entry point of a picture process. It runs one task after the other, as the worker requests them (messages.ts), and ends with the
 * worker.
 */
import { openParentChannel } from '../../../src/lib/child-channel.ts';
import { toErrorMessage } from '../../../src/lib/error-message.ts';
import type { RequestMessage, TaskMessage } from './messages.ts';
import { countPixels } from './pixels.ts';
import type { PictureTask } from './task.ts';

// libvips and libheif write temporary files. The working directory is the only one that the process may write to.
process.env['TMPDIR'] = process.cwd();

const send = openParentChannel<TaskMessage, RequestMessage>({
  onMessage: (message) => {
    countPixels((pixels) => send({ pixels }));
    void answer(message).then((outcome) => send(outcome));
  },
  onEnd: () => process.exit(),
});

async function answer({ module, request, files, folder }: RequestMessage): Promise<TaskMessage> {
  try {
    const { task }: { task: PictureTask<unknown, unknown> } = await import(module);
    const facts = await task.run(request, {
      files,
      folder,
      report: (progress, detail) => send({ progress, detail }),
      note: (code, message, input) => send({ note: [code, message, input?.index ?? null] }),
    });
    return { facts: facts ?? null };
  } catch (error) {
    return { error: { ...toErrorMessage(error), isOutOfMemory: isOutOfMemory(error) } };
  }
}

/** As libvips, its libraries and Node put it. */
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error &&
  (/out of memory|cannot allocate memory|allocation failed|insufficient memory/i.test(error.message) ||
    isOutOfMemory(error.cause));

// Loads sharp before the first picture needs it.
await import('../image-source.ts');
send({ ready: true });
