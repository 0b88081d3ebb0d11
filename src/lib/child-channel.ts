/**
 * Messages between a process and its child: a JSON value a line, over a socket pair that is file descriptor 3 of the child. The
 * child may be broken or hostile. Node's own IPC channel has no limit for a message, and a line that is not JSON is an
 * uncaught exception of the parent.
 */
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { z } from 'zod';
import { type LineLimits, LineReader } from './line-reader.ts';

const DESCRIPTOR = 3;

/** What a child did against the protocol. The message completes "The process …". */
class ChannelFault extends Error {}

/** What a child may send. */
const limits: LineLimits = {
  bytes: 32 * 2 ** 20,
  linesPerMinute: 20_000,
  refuse: (fault) => new ChannelFault(fault),
};

interface ParentOptions<Message> {
  /** What the child may send. */
  readonly schema: z.ZodType<Message>;
  readonly onMessage: (message: Message) => void;
  /** Called once. Further messages are ignored. */
  readonly onFault: (fault: string) => void;
}

/** The end of the parent. `child` was started with `stdio: [?, ?, ?, 'pipe']`. */
export class ChildChannel<Message> {
  readonly #socket: Socket;

  constructor(child: ChildProcess, { schema, onMessage, onFault }: ParentOptions<Message>) {
    this.#socket = child.stdio[DESCRIPTOR] as Socket;
    const reader = new LineReader(limits, (text) => onMessage(parse(schema, text)));
    const read = (chunk: Buffer) => {
      try {
        reader.add(chunk);
      } catch (error) {
        this.#socket.off('data', read).resume();
        if (!(error instanceof ChannelFault)) throw error;
        onFault(error.message);
      }
    };
    this.#socket.on('data', read);
    // The end of the child says more.
    this.#socket.on('error', () => undefined);
  }

  /** Sends a message. A child that has ended does not get it. */
  send(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Keeps this process alive, or no longer. */
  hold(isHeld: boolean): void {
    isHeld ? this.#socket.ref() : this.#socket.unref();
  }
}

function parse<Message>(schema: z.ZodType<Message>, text: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ChannelFault('sent what is not JSON');
  }
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new ChannelFault('sent an invalid message');
}

interface ChildOptions<Message> {
  /** The parent is trusted: its messages are not checked. */
  readonly onMessage: (message: Message) => void;
  /** Called when the parent has ended. */
  readonly onEnd: () => void;
}

/** The end of the child. Returns a function that sends a message, and calls `sent` when the parent can read it. */
export function openParentChannel<Sent extends object, Received>({
  onMessage,
  onEnd,
}: ChildOptions<Received>): (message: Sent, sent?: () => void) => void {
  const socket = new Socket({ fd: DESCRIPTOR });
  const unlimited = { ...limits, bytes: Number.POSITIVE_INFINITY, linesPerMinute: Number.POSITIVE_INFINITY };
  const reader = new LineReader(unlimited, (text) => onMessage(JSON.parse(text) as Received));
  socket.on('data', (chunk) => reader.add(chunk));
  socket.on('error', onEnd).on('close', onEnd);
  return (message, sent) => void socket.write(`${JSON.stringify(message)}\n`, sent);
}
