/** Between a client and its server: a wire that can be cut or go silent, counted in bytes towards the client. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly endpoint: string;
  /** So many bytes on. */
  cutAfter(bytes: number): void;
  /** Connections are taken and kept; what is sent either way is lost. */
  setSilent(how: boolean): void;
  close(): void;
}

export async function startWire(target: string): Promise<Wire> {
  const { port, hostname } = new URL(target);
  const sockets = new Set<Socket>();
  let passes = Number.POSITIVE_INFINITY;
  let silent = false;
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => silent || far.write(bytes));
    far.on('data', (bytes: Buffer) => {
      if (silent) return;
      near.write(bytes.subarray(0, passes));
      passes -= bytes.length;
      if (passes <= 0) near.end();
    });
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    cutAfter: (bytes) => {
      passes = bytes;
    },
    setSilent: (how) => {
      silent = how;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      wire.close();
    },
  };
}
