import { totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { builtIn, createRegistry } from '../../../operations/registry.ts';
import { readConfig } from '../../../src/config/config.ts';
import { detectCapabilities } from '../../../src/engines/worker-capabilities.ts';

const operations = createRegistry(builtIn);
const offer = (env: Record<string, string>, only?: string[]) =>
  detectCapabilities(readConfig({ DARKROOM_CACHE: '/nonexistent', ...env }), operations, only);

describe('capabilities of a worker', () => {
  test('without engines, are those that need none', async () => {
    const { slots } = await offer({ DARKROOM_CPU_SLOTS: '3', DARKROOM_IO_SLOTS: '7' });
    expect(slots).toEqual({ io: 7, cpu: 3 });
  });

  test('are those of --capabilities, or an error with the reason', async () => {
    expect((await offer({}, ['io'])).slots).toEqual({ io: 50 });
    await expect(offer({}, ['io', 'vm'])).rejects.toThrow(/vm: .*darkroom engines install guestprobe/);
    await expect(offer({}, ['gpu'])).rejects.toThrow(/no capability "gpu"; there are io, cpu, /);
  });
});

describe('memory of an activity', () => {
  test('is its share of the memory of its capability', async () => {
    const { memoryOf } = await offer({
      DARKROOM_MEMORY: '3d=6G,cpu=1G',
      DARKROOM_SLOTS: '3d=2',
      DARKROOM_CPU_SLOTS: '4',
    });
    expect(memoryOf('3d')).toBe(3 * 2 ** 30);
    expect(memoryOf('cpu')).toBe(2 ** 28);
  });

  test('is half of the machine for engines by default, and unlimited for others', async () => {
    const { memoryOf } = await offer({});
    expect(memoryOf('vm')).toBeLessThanOrEqual(totalmem() / 2);
    expect(memoryOf('vm')).toBeGreaterThan(2 ** 28);
    expect(memoryOf('io')).toBeNull();
  });

  test.each([['3d'], ['3d=6X'], ['=6G'], ['3d=0']])('rejects "%s"', (text) => {
    expect(() => readConfig({ DARKROOM_MEMORY: text })).toThrow(
      /DARKROOM_MEMORY=.*must be CAPABILITY=BYTES, such as 3d=6G/,
    );
  });
});
