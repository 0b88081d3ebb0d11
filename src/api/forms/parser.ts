/** Parses a multipart body (RFC 2046, section 5.1). */
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
  /** Resolves when the parser can take more. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when every part has been read to its end. */
  end(): Promise<void>;
}

/**
 * Creates a parser. `write` continues only once each part has been read to its end.
 *
 * @param onPart is called for each part, when its headers are known
 * @param onFault is called with errors: malformed_form, and what `onPart` throws
 */
export function createParser(
  contentType: string | undefined,
  onPart: (part: Part) => void,
  onFault: (error: unknown) => void,
): FormParser {
  const boundary = parseBoundary(contentType);
  // Larger than the limit below, so that the parser never cuts headers. Its types lack the size.
  const limits = { maxHeaderSize: 1024 * 1024, maxHeaderPairs: MAX_HEAD_BYTES };
  const dicer: Writable = new Dicer({ boundary, ...limits });
  let parts = 0;
  let finished = false;
  let release = () => {};
  /** Bytes of chunks that contain only headers of the last part; null: its headers are complete. */
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
    // The parser does not call back a write that waits for the last part to be read.
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
      // What follows the closing boundary is ignored (RFC 2046).
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

/** @throws unsupported_media_type, malformed_form */
function parseBoundary(contentType = ''): string {
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
