import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

describe('configuration', () => {
  test('has defaults, and an empty variable is unset', () => {
    const config = readConfig({ DARKROOM_LISTEN: '', DARKROOM_DATA: '/tmp/x' });
    expect(config).toMatchObject({
      DARKROOM_LISTEN: [{ host: '127.0.0.1', port: 8080 }],
      DARKROOM_STORE: { kind: 'file', directory: join('/tmp/x', 'store') },
      DARKROOM_INPUT_ROOTS: [join('/tmp/x', 'inputs')],
      DARKROOM_ALLOW_NETWORKS: [],
      embedded: true,
      publicUrl: 'http://127.0.0.1:8080',
    });
  });

  test('several addresses, IPv6 too', () => {
    const { DARKROOM_LISTEN } = readConfig({ DARKROOM_LISTEN: '127.0.0.1:8080, [::1]:8000,localhost:5000' });
    expect(DARKROOM_LISTEN).toEqual([
      { host: '127.0.0.1', port: 8080 },
      { host: '::1', port: 8000 },
      { host: 'localhost', port: 5000 },
    ]);
  });

  test.each([
    ['file:/srv/store', { kind: 'file', directory: '/srv/store' }],
    ['s3://photographs', { kind: 's3', bucket: 'photographs', prefix: '' }],
    ['s3://photographs/', { kind: 's3', bucket: 'photographs', prefix: '' }],
    ['s3://my.photographs/darkroom', { kind: 's3', bucket: 'my.photographs', prefix: 'darkroom' }],
    ['s3://photographs/teams/a b/', { kind: 's3', bucket: 'photographs', prefix: 'teams/a b' }],
  ])('the store %s', (text, expected) => {
    expect(readConfig({ DARKROOM_STORE: text }).DARKROOM_STORE).toEqual(expected);
  });

  test('sizes have units', () => {
    expect(readConfig({ DARKROOM_MAX_ASSET_BYTES: '3G' }).DARKROOM_MAX_ASSET_BYTES).toBe(3 * 2 ** 30);
  });

  test.each([
    ['DARKROOM_LISTEN', '8080'],
    ['DARKROOM_LISTEN', '127.0.0.1:99999'],
    ['DARKROOM_STORE', 'ftp://somewhere'],
    ['DARKROOM_STORE', 'file:'],
    ['DARKROOM_STORE', 's3://'],
    ['DARKROOM_STORE', 's3://user@bucket/a'],
    ['DARKROOM_STORE', 's3://bucket//a'],
    ['DARKROOM_STORE', 's3://bucket/a/../b'],
    ['DARKROOM_MAX_ASSET_BYTES', 'lots'],
    ['DARKROOM_CPU_SLOTS', '0'],
    ['DARKROOM_CALLBACK_TIMEOUT_MS', '90000'],
    ['DARKROOM_AUTH', 'password'],
    ['DARKROOM_LOG_LEVEL', 'loud'],
    ['DARKROOM_CALLBACK_SCHEDULE_MS', '5000,soon'],
    ['DARKROOM_ALLOW_NETWORKS', '10.0.0.0/99'],
  ])('a bad %s is named, with what it held', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name}="${value.replaceAll('/', '.')}`));
  });

  test('all that is wrong is told at once', () => {
    expect(() => readConfig({ DARKROOM_AUTH: 'x', DARKROOM_LOG_LEVEL: 'y' })).toThrow(
      /DARKROOM_AUTH.*\n.*DARKROOM_LOG_LEVEL/,
    );
  });

  test('off loopback only when told so', () => {
    expect(() => readConfig({ DARKROOM_LISTEN: '0.0.0.0:80' })).toThrow(/DARKROOM_ALLOW_ANONYMOUS=1/);
    expect(() => readConfig({ DARKROOM_LISTEN: '[::]:80' })).toThrow(/DARKROOM_ALLOW_ANONYMOUS=1/);
    expect(() => readConfig({ DARKROOM_LISTEN: '127.evil.example:80' })).toThrow(
      /DARKROOM_ALLOW_ANONYMOUS=1/,
    );
    expect(
      readConfig({ DARKROOM_LISTEN: '0.0.0.0:80', DARKROOM_ALLOW_ANONYMOUS: '1' }).DARKROOM_LISTEN,
    ).toHaveLength(1);
  });

  test('slips are found', () => {
    expect(readConfig({ DARKROOM_LISTN: 'x' }).unknown).toEqual(['DARKROOM_LISTN']);
  });

  test('TEMPORAL_ADDRESS means no embedded server', () => {
    expect(readConfig({ TEMPORAL_ADDRESS: 'temporal:7233' }).embedded).toBe(false);
  });
});
