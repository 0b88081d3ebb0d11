/** Parameters that are secrets. A run input has each of them encrypted, in the place of its value. */
import type { JobInputs, SealedInputs } from './run-input.ts';

type Params = Readonly<Record<string, unknown>>;

/** Returns the parameters with those of `secrets` encrypted. */
export const sealParams = (
  params: Params,
  secrets: readonly string[],
  seal: (inputs: JobInputs) => SealedInputs,
): Record<string, unknown> =>
  mapSecrets(params, secrets, (name, value) =>
    seal({ assets: [], callback: null, params: { [name]: value } }),
  );

/** Reverses `sealParams`. */
export async function openParams(
  params: Params,
  secrets: readonly string[],
  unseal: (sealed: SealedInputs) => Promise<JobInputs>,
): Promise<Record<string, unknown>> {
  const opened = mapSecrets(params, secrets, async (name, value) =>
    isSealed(value) ? (await unseal(value)).params?.[name] : value,
  );
  const entries = Object.entries(opened).map(async ([name, value]) => [name, await value] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Returns the parameters with "…" in the place of encrypted ones. */
export const hideSecrets = (params: Params): Record<string, unknown> =>
  mapSecrets(params, Object.keys(params), (_, value) => (isSealed(value) ? '…' : value));

const mapSecrets = <T>(
  params: Params,
  secrets: readonly string[],
  change: (name: string, value: unknown) => T,
): Record<string, T | unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      secrets.includes(name) ? change(name, value) : value,
    ]),
  );

const isSealed = (value: unknown): value is SealedInputs =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).join() === 'sealed' &&
  typeof (value as SealedInputs).sealed === 'string';
