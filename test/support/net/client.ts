/** The client under test, and what it fails with. */
import { expect, onTestFinished } from 'vitest';
import { createNameResolver, type ResolvedAddress } from '../../../src/net/dns/resolver.ts';
import {
  AddressForbidden,
  createGuardedHttp,
  type GuardedHttp,
  type GuardedHttpOptions,
  HttpFailure,
  type HttpFailureKind,
} from '../../../src/net/guarded-http.ts';
import { NetworkPolicy, type NetworkPolicyOptions } from '../../../src/net/network-policy.ts';
import { parseNetworkRule } from '../../../src/net/network-rule.ts';

interface PolicyText extends Omit<NetworkPolicyOptions, 'allow' | 'deny'> {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** A policy with rules as operators write them. Allows nothing unless told otherwise. */
export const createPolicy = ({ allow = [], deny = [], ...options }: PolicyText = {}): NetworkPolicy =>
  new NetworkPolicy({ ...options, allow: allow.map(parseNetworkRule), deny: deny.map(parseNetworkRule) });

interface ClientOptions extends Partial<GuardedHttpOptions> {
  /** Default: 127.0.0.0/8. */
  readonly allow?: readonly string[];
}

/** Closed after the test. */
export function open({ allow = ['127.0.0.0/8'], ...options }: ClientOptions = {}): GuardedHttp {
  const http = createGuardedHttp({
    policy: createPolicy({ allow }),
    resolver: createNameResolver(),
    ...options,
  });
  onTestFinished(() => http.close());
  return http;
}

/** Answers each lookup with the next of these lists, and counts. */
export function scripted(...answers: readonly string[][]) {
  let calls = 0;
  const resolve = async (): Promise<ResolvedAddress[]> => {
    const addresses = answers[Math.min(calls++, answers.length - 1)] ?? [];
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { resolver: { resolve }, calls: () => calls };
}

export async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error,
  );
}

export async function failsAs(kind: HttpFailureKind, work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  expect(error).toBeInstanceOf(HttpFailure);
  expect(error).toMatchObject({ kind });
  return (error as HttpFailure).message;
}

export async function isForbidden(work: Promise<unknown>): Promise<string> {
  const error = await failure(work);
  expect(error).toBeInstanceOf(AddressForbidden);
  return (error as AddressForbidden).message;
}
