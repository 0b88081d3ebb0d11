/** Servers on 127.0.0.1 for the tests of this folder, which count who connects. */
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** TCP connections so far. */
  readonly connections: () => number;
  /** Resolves when no connection is open. */
  readonly idle: () => Promise<void>;
}

export const httpServer = (listener: RequestListener): Promise<TestServer> => started(createServer(listener));

/** Says what it is told to, byte for byte. */
export const tcpServer = (onConnection: (socket: Socket) => void): Promise<TestServer> =>
  started(createTcpServer((socket) => onConnection(socket.on('error', () => {}))));

async function started(server: Server): Promise<TestServer> {
  let count = 0;
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    count++;
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) server.emit('idle');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => count,
    idle: async () => {
      if (open.size > 0) await new Promise((resolve) => server.once('idle', resolve));
    },
  };
}
