import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/lib/settings/config-error.ts';

describe('configuration', () => {
  test('has defaults, and treats an empty variable as unset', () => {
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

  test('keeps jobs for 30 days and tasks of the common application API forever by default', () => {
    expect(readConfig({})).toMatchObject({ DARKROOM_KEEP_DAYS: 30, DARKROOM_TASK_KEEP_DAYS: null });
    expect(readConfig({ DARKROOM_KEEP_DAYS: 'forever', DARKROOM_TASK_KEEP_DAYS: '0.5' })).toMatchObject({
      DARKROOM_KEEP_DAYS: null,
      DARKROOM_TASK_KEEP_DAYS: 0.5,
    });
    expect(() => readConfig({ DARKROOM_KEEP_DAYS: 'always' })).toThrow(
      'DARKROOM_KEEP_DAYS="always": must be a number of days, such as 30 or 0.5, or forever',
    );
  });

  test('accepts several listen addresses, including IPv6', () => {
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
  ])('parses the store %s', (text, expected) => {
    expect(readConfig({ DARKROOM_STORE: text }).DARKROOM_STORE).toEqual(expected);
  });

  test('parses sizes with units', () => {
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
    ['DARKROOM_AUTH', 'none,keys'],
    ['DARKROOM_AUTH', ','],
    ['DARKROOM_OIDC_ISSUER', 'http://id.example'],
    ['DARKROOM_OIDC_ISSUER', 'id.example'],
    ['DARKROOM_OIDC_ISSUER', 'ftp://id.example'],
    ['DARKROOM_LOG_LEVEL', 'loud'],
    ['DARKROOM_CALLBACK_SCHEDULE_MS', '5000,soon'],
    ['DARKROOM_ALLOW_NETWORKS', '10.0.0.0/99'],
    ['DARKROOM_DENY_NETWORKS', 'images.example'],
  ])('rejects an invalid %s with its name and value', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name}="${value.replaceAll('/', '.')}`));
  });

  test('reports all errors at once', () => {
    expect(() => readConfig({ DARKROOM_AUTH: 'x', DARKROOM_LOG_LEVEL: 'y' })).toThrow(
      /DARKROOM_AUTH.*\n.*DARKROOM_LOG_LEVEL/,
    );
  });

  test('listens beyond loopback only with authentication or DARKROOM_ALLOW_ANONYMOUS', () => {
    expect(() => readConfig({ DARKROOM_LISTEN: '0.0.0.0:80' })).toThrow(/DARKROOM_ALLOW_ANONYMOUS=1/);
    expect(() => readConfig({ DARKROOM_LISTEN: '[::]:80' })).toThrow(/DARKROOM_ALLOW_ANONYMOUS=1/);
    expect(() => readConfig({ DARKROOM_LISTEN: '127.evil.example:80' })).toThrow(
      /DARKROOM_ALLOW_ANONYMOUS=1/,
    );
    expect(
      readConfig({ DARKROOM_LISTEN: '0.0.0.0:80', DARKROOM_ALLOW_ANONYMOUS: '1' }).DARKROOM_LISTEN,
    ).toHaveLength(1);
    expect(readConfig({ DARKROOM_LISTEN: '0.0.0.0:80', DARKROOM_AUTH: 'keys' }).DARKROOM_LISTEN).toHaveLength(
      1,
    );
  });

  test('permits callbacks to this machine if it listens on loopback and no networks are set', () => {
    expect(readConfig({}).allowsLocalCallbacks).toBe(true);
    expect(readConfig({ DARKROOM_LISTEN: '[::1]:1,localhost:2' }).allowsLocalCallbacks).toBe(true);
    expect(readConfig({ DARKROOM_ALLOW_NETWORKS: '' }).allowsLocalCallbacks).toBe(false);
    expect(readConfig({ DARKROOM_ALLOW_NETWORKS: '10.0.0.0/8' }).allowsLocalCallbacks).toBe(false);
    expect(
      readConfig({ DARKROOM_LISTEN: '127.0.0.1:80,0.0.0.0:81', DARKROOM_AUTH: 'keys' }).allowsLocalCallbacks,
    ).toBe(false);
    expect(readConfig({}, { listens: false }).allowsLocalCallbacks).toBe(false);
  });

  test('rejects a number in JSON that JavaScript would change', () => {
    expect(() => readConfig({ DARKROOM_TASK_PARAMS: '{"seed":9007199254740993}' })).toThrow(
      /DARKROOM_TASK_PARAMS=.*: at seed it must be a whole number from -9007199254740991/,
    );
    expect(() => readConfig({ DARKROOM_MAX_BODY_BYTES: '9999999999T' })).toThrow(/smaller number of bytes/);
  });

  test('needs no authentication for processes that do not listen', () => {
    for (const env of [{ DARKROOM_LISTEN: '0.0.0.0:80' }, { DARKROOM_AUTH: 'oidc' }])
      expect(() => readConfig(env, { listens: false })).not.toThrow();
  });

  test('parses authentication methods', () => {
    const oidc = {
      DARKROOM_OIDC_ISSUER: 'https://id.example/realms/a',
      DARKROOM_OIDC_AUDIENCE: 'darkroom, other',
    };
    expect(readConfig({}).DARKROOM_AUTH).toEqual([]);
    expect(readConfig({ DARKROOM_AUTH: 'none' }).DARKROOM_AUTH).toEqual([]);
    expect(readConfig({ DARKROOM_AUTH: ' oidc, keys', ...oidc })).toMatchObject({
      DARKROOM_AUTH: ['keys', 'oidc'],
      DARKROOM_OIDC_AUDIENCE: ['darkroom', 'other'],
      DARKROOM_OIDC_TENANT_CLAIM: 'tenant',
    });
    for (const issuer of ['http://127.0.0.1:9000', 'http://[::1]:9000/', 'http://localhost:9000/realms/a'])
      expect(readConfig({ ...oidc, DARKROOM_AUTH: 'oidc', DARKROOM_OIDC_ISSUER: issuer })).toMatchObject({
        DARKROOM_OIDC_ISSUER: issuer,
      });
  });

  test('names missing and contradictory settings of authentication', () => {
    expect(() => readConfig({ DARKROOM_AUTH: 'oidc' })).toThrow(
      /DARKROOM_OIDC_ISSUER is missing.*\n.*DARKROOM_OIDC_AUDIENCE is missing/,
    );
    expect(() => readConfig({ DARKROOM_AUTH: 'keys', DARKROOM_ALLOW_ANONYMOUS: '1' })).toThrow(
      /DARKROOM_ALLOW_ANONYMOUS=1 contradicts DARKROOM_AUTH="keys"/,
    );
  });

  test('makes paths absolute', () => {
    const config = readConfig({ DARKROOM_DATA: './x', DARKROOM_INPUT_ROOTS: 'a,/srv/{tenant}/in, all:b' });
    expect(config.DARKROOM_DATA).toBe(resolve('x'));
    expect(config.DARKROOM_INPUT_ROOTS).toEqual([resolve('a'), '/srv/{tenant}/in', `all:${resolve('b')}`]);
  });

  test('detects misspelt variables', () => {
    expect(readConfig({ DARKROOM_LISTN: 'x' }).unknown).toEqual(['DARKROOM_LISTN']);
  });

  test('starts no embedded server if TEMPORAL_ADDRESS is set', () => {
    expect(readConfig({ TEMPORAL_ADDRESS: 'temporal:7233' }).embedded).toBe(false);
  });
});
