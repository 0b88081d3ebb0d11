/** Takes a multipart body apart (RFC 2046, section 5.1). */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { DarkroomError } from '../../errors.ts';
import { headTooLarge, MAX_HEAD_BYTES, malformed, type PartHead, readHead } from './part-head.ts';

export interface Part {
  readonly head: PartHead;
  readonly body: Readable;
}

export interface FormParser {
  /** Resolves when there is room for more. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when every part has been read to its end; throws `malformed_form` when the form is not whole. */
  end(): Promise<void>;
}

/**
 * Calls `onPart` for each part when its headers are known, and `onFault` with what is wrong (`malformed_form`) or
 * what `onPart` throws. Every part must be read to its end for `write` to go on.
 */
export function createParser(
  contentType: string | undefined,
  onPart: (part: Part) => void,
  onFault: (error: unknown) => void,
): FormParser {
  const boundary = boundaryOf(contentType);
  // Beyond what is let through below, so that headers are never cut. (Its types do not know the size.)
  const limits = { maxHeaderSize: 1024 * 1024, maxHeaderPairs: MAX_HEAD_BYTES };
  const dicer: Writable = new Dicer({ boundary, ...limits });
  let parts = 0;
  let finished = false;
  let release = () => {};
  /** Bytes of whole chunks that were headers of the last part, and nothing else; null once they are complete. */
  let headBytes: number | null = null;
  const checkHead = () => {
    if (headBytes !== null) onFault(malformed(`Part ${parts} ends within its headers`));
  };

  dicer.on('part', (body: Readable) => {
    checkHead();
    const number = ++parts;
    headBytes = 0;
    // `onFault` receives the error; the part's own `error` event must not end the process.
    body.on('error', () => {});
    body.once('header', (headers: Record<string, string[]>) => {
      headBytes = null;
      try {
        onPart({ head: readHead(headers, number), body });
      } catch (error) {
        onFault(error);
      }
    });
  });
  dicer.once('finish', () => {
    finished = true;
    checkHead();
    // A write that waited for a part to be read is never called back when that part was the last.
    release();
  });
  dicer.on('error', (cause) => {
    const what =
      parts === 0
        ? `The body has no part: nowhere is there the boundary "${boundary}" of its content type`
        : 'The form ends before its closing boundary';
    onFault(malformed(what, cause));
  });

  return {
    write: async (chunk) => {
      // What follows the closing boundary means nothing (RFC 2046).
      if (finished || !dicer.writable) return;
      const before = parts;
      await new Promise<void>((resolve, reject) => {
        release = resolve;
        dicer.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      if (headBytes === null || parts !== before) return;
      headBytes += chunk.length;
      if (headBytes > MAX_HEAD_BYTES) throw headTooLarge(parts);
    },
    end: async () => {
      if (finished) return;
      const over = once(dicer, 'finish').catch(() => {});
      dicer.end();
      await over;
    },
  };
}

/** Throws `unsupported_media_type` for anything that is not a form. */
function boundaryOf(contentType = ''): string {
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new DarkroomError('unsupported_media_type', 'Send the form as multipart/form-data');
  }
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) {
    throw malformed('The content type multipart/form-data needs a boundary of 1 to 70 characters');
  }
  return boundary;
}
