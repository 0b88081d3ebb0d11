/** What every operation must do. The test of an operation calls this with samples. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { InstalledEngine, Operation } from '../../operations/operation.ts';
import { createRegistry } from '../../operations/registry.ts';
import { DarkroomError } from '../../src/errors.ts';
import type { Destinations } from '../../src/jobs/ports/destinations.ts';
import { photo } from '../support/photos.ts';
import { type Outcome, type RunOptions, runOperation, type TestAsset } from '../support/run-operation.ts';

/** A run of the operation that succeeds. */
export interface Sample {
  readonly title: string;
  readonly params: Record<string, unknown>;
  readonly assets?: readonly TestAsset[];
  /** An asset that the operation cannot use. Omit it if it can use any. */
  readonly unusable?: TestAsset;
  /** Only headers are read, so damaged pixels are not noticed. */
  readonly readsHeadersOnly?: true;
  /** Where the operation sends files. */
  readonly destinations?: Destinations;
  /** The engines that the operation requires. */
  readonly engines?: Readonly<Record<string, InstalledEngine>>;
}

interface Property {
  readonly description?: string;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export function operationContract(operation: Operation, ...samples: readonly [Sample, ...Sample[]]): void {
  const known = createRegistry([operation]).find(operation.name);
  if (!known) throw new Error('unreachable');
  const { info, plan } = known;
  const properties = (info.params.properties ?? {}) as Record<string, Property>;

  describe(`${operation.name}: contract of an operation`, () => {
    it('has a valid description', () => {
      expect(info.name).toMatch(/^[a-z][a-z0-9]*([._][a-z][a-z0-9-]*)*$/);
      expect(info.title).not.toBe('');
      expect(info.description).toMatch(/\.$/);
      expect(0 <= info.inputs.min && info.inputs.min <= info.inputs.max).toBe(true);
      expect(info.inputs.media.length > 0).toBe(info.inputs.max > 0);
      for (const media of info.inputs.media) expect(media).toMatch(/^([a-z]+|\*)\/[a-z0-9.+*-]+$/);
      for (const version of Object.values(operation.engine)) expect(version).toMatch(/\d/);
    });

    it('has stages that can be planned', () => {
      expect(plan.length).toBeGreaterThan(0);
      for (const { name, capability, timeoutMs } of plan) {
        expect(name).toMatch(/^[a-z][a-z0-9_-]*$/);
        expect(capability).toMatch(/^[a-z0-9][a-z0-9-]*$/);
        expect(timeoutMs).toBeGreaterThan(0);
      }
      for (const { title } of operation.stages) expect(title).not.toBe('');
    });

    it('describes each of its parameters, as JSON Schema', () => {
      expect(info.params).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
      });
      for (const [name, { description }] of Object.entries(properties))
        expect(description, name).toMatch(/\w/);
      if (info.inputs.max > 0) expect(properties).toHaveProperty('on_error');
    });

    it('rejects an unknown parameter by name, unless it accepts any', () => {
      const parsed = known.parse({ ...samples[0].params, 'no/such': 1 });
      if (info.params.additionalProperties === false) {
        expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: '/no~1such' }] });
      } else {
        expect(parsed).toMatchObject({ ok: true, params: { 'no/such': 1 } });
      }
    });

    describe.each(samples)('$title', (sample) => {
      const { params, assets = [], unusable, readsHeadersOnly = false, engines = {}, destinations } = sample;
      const run = (more: RunOptions = {}): Promise<Outcome> =>
        runOperation(operation, { params, assets, engines, ...(destinations && { destinations }), ...more });
      let first: Promise<Outcome> | undefined;
      /** The outcome of the first run, shared by the tests: some operations take long. */
      const firstRun = () => (first ??= run());

      it('has parameters that are plain JSON, and parsing them twice changes nothing', () => {
        const once = known.parse(params);
        if (!once.ok) throw new TypeError(JSON.stringify(once.errors));
        expect(JSON.parse(JSON.stringify(once.params))).toEqual(once.params);
        // The activity parses again what the API has parsed.
        expect(known.parse(once.params)).toEqual(once);
      });

      it('returns a result of the announced kind, and the same when it runs again', async () => {
        const [one, two] = [await firstRun(), await run()];
        expect(one.failures).toEqual([]);
        if (info.result === 'json') {
          expect(one.data).toBeDefined();
          expect(JSON.parse(String(one.files.get('result.json')))).toEqual(one.data);
        } else {
          expect(one.files.size).toBeGreaterThan(0);
        }
        for (const [name, bytes] of one.files) expect(bytes.length, name).toBeGreaterThan(0);
        expect([...two.files.keys()]).toEqual([...one.files.keys()]);
      });

      it('does not change its assets', async () => {
        const { assetsAfter } = await firstRun();
        // Not `toEqual` of the bytes, which takes seconds a megabyte.
        expect(assetsAfter.map(sha256)).toEqual(assets.map(({ bytes }) => sha256(bytes)));
      });

      it('reports progress that only increases', async () => {
        const { progress } = await firstRun();
        for (const { fraction } of progress) expect(0 <= fraction && fraction <= 1).toBe(true);
        for (const [index, { stage, batch, fraction }] of progress.entries()) {
          const earlier = progress
            .slice(0, index)
            .filter((report) => report.stage === stage && report.batch === batch);
          expect(fraction).toBeGreaterThanOrEqual(earlier.at(-1)?.fraction ?? 0);
        }
      });

      it('stops for an aborted signal, with its reason', async () => {
        const reason = new Error('The job was cancelled');
        await expect(run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      });

      if ('on_damaged' in properties && !readsHeadersOnly) {
        it('names a damaged picture', async () => {
          const truncated = {
            name: 'truncated.jpg',
            bytes: (await photo('chelsea.jpg')).subarray(0, 20_000),
          };
          const strict = { ...params, on_error: 'fail', on_damaged: 'fail' };
          const error: unknown = await run({ assets: [truncated, ...assets], params: strict }).catch(
            (thrown) => thrown,
          );
          expect(error).toMatchObject({
            code: 'asset_corrupt',
            details: { asset: 'truncated.jpg', index: 0 },
          });
        });
      }

      if (!unusable) return;
      it('reports an asset that it cannot use, or continues without it', async () => {
        const mixed = [unusable, ...assets];
        const strict = { ...params, on_error: 'fail' };
        const error: unknown = await run({ assets: mixed, params: strict }).catch((thrown) => thrown);
        expect(error).toBeInstanceOf(DarkroomError);
        expect(error).toMatchObject({ retryable: false, details: { asset: unusable.name, index: 0 } });
        expect(String(error)).toContain(unusable.name);
        expect(String(error)).not.toMatch(/\/tmp|node_modules|\n/);

        const skipped = await run({ assets: mixed, params: { ...params, on_error: 'skip' } });
        expect(skipped.failures).toMatchObject([
          { index: 0, name: unusable.name, error: { retryable: false } },
        ]);
        expect(skipped.files.size).toBe((await firstRun()).files.size);
      });
    });
  });
}
