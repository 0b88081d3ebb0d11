/** Addresses to listen on. */
import { z } from 'zod';
import { splitList } from './values.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, comma-separated. Without a host: all IPv4 addresses. */
export const listenAddresses = z.string().transform((text, context): ListenAddress[] =>
  splitList(text).flatMap((address) => {
    const match = /^(\[[^\]]+\]|[^:]*):(\d{1,5})$/.exec(address);
    const port = Number(match?.[2]);
    if (!match || port > 65_535) {
      context.addIssue(`"${address}" must be host:port, such as 127.0.0.1:8080`);
      return [];
    }
    return [{ host: (match[1] || '0.0.0.0').replace(/^\[|\]$/g, ''), port }];
  }),
);

/** One address; null when empty. */
export const optionalListenAddress = listenAddresses.transform(
  ([first, second], context): ListenAddress | null => {
    if (second) context.addIssue('must be one address');
    return first ?? null;
  },
);

/** Formats `host:port`, with brackets around an IPv6 address. */
export const formatAddress = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Returns the URL at which this machine reaches a server on an address. */
export function localUrl({ host, port }: ListenAddress): string {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${formatAddress({ host: local, port })}`;
}

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Whether only this machine can reach a host. Expects no brackets around an IPv6 address. */
export const isLoopback = (host: string): boolean => loopback.test(host);
