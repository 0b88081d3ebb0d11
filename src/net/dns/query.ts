/** DNS queries for the addresses of one absolute name. */
import type { promises } from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';

/** What name servers say about a name. */
export interface NameAnswer {
  readonly addresses: readonly string[];
  /** Seconds that the addresses may be kept. */
  readonly ttl: number;
  /** Without addresses. `absent`: there are none. `failed`: a server failed. `silent`: no server answered. */
  readonly state: 'found' | 'absent' | 'failed' | 'silent';
}

/** Milliseconds to wait for the other family once one has addresses. Some servers never answer queries for IPv6. */
const OTHER_FAMILY_MS = 1000;

const states: Readonly<Record<string, NameAnswer['state']>> = {
  ENOTFOUND: 'absent',
  ENODATA: 'absent',
  EBADNAME: 'absent',
  ETIMEOUT: 'silent',
  ECONNREFUSED: 'silent',
};

/** Asks for IPv4 and IPv6 addresses at once. Never rejects. */
export async function queryAddresses(resolver: promises.Resolver, name: string): Promise<NameAnswer> {
  const answers: NameAnswer[] = [];
  const queries = [resolver.resolve4(name, { ttl: true }), resolver.resolve6(name, { ttl: true })].map(
    async (records) => {
      const answer = await records.then(toAnswer, toFailure);
      answers.push(answer);
      return answer.state === 'found';
    },
  );
  const all = Promise.all(queries);
  const oneFound = Promise.any(queries.map(async (query) => (await query) || Promise.reject())).then(
    () => sleep(OTHER_FAMILY_MS, undefined, { ref: false }),
    () => all,
  );
  await Promise.race([all, oneFound]);
  return merge(answers);
}

function toAnswer(records: readonly { address: string; ttl: number }[]): NameAnswer {
  if (records.length === 0) return { addresses: [], ttl: 0, state: 'absent' };
  const addresses = records.map(({ address }) => address);
  return { addresses, ttl: Math.min(...records.map(({ ttl }) => ttl)), state: 'found' };
}

const toFailure = ({ code = '' }: NodeJS.ErrnoException): NameAnswer => ({
  addresses: [],
  ttl: 0,
  state: states[code] ?? 'failed',
});

function merge(answers: readonly NameAnswer[]): NameAnswer {
  const found = answers.filter(({ state }) => state === 'found');
  if (found.length > 0)
    return {
      addresses: found.flatMap(({ addresses }) => addresses),
      ttl: Math.min(...found.map(({ ttl }) => ttl)),
      state: 'found',
    };
  const state = (['silent', 'failed'] as const).find((bad) => answers.some((one) => one.state === bad));
  return { addresses: [], ttl: 0, state: state ?? 'absent' };
}
