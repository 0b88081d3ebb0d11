/** By resolv.conf(5) and hosts(5). */
import { expect, test } from 'vitest';
import { parseHosts } from '../../../../src/net/dns/hosts-file.ts';
import { listCandidates, parseResolvConf } from '../../../../src/net/dns/resolv-conf.ts';

test('parses the file of a Kubernetes pod', () => {
  const text = [
    'search default.svc.cluster.local svc.cluster.local cluster.local',
    'nameserver 10.96.0.10',
    'options ndots:5',
  ].join('\n');
  expect(parseResolvConf(text, 'pod')).toEqual({
    servers: ['10.96.0.10'],
    search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    timeoutMs: 2000,
    attempts: 2,
  });
});

test('parses comments, ports, options and their limits', () => {
  const text = [
    '# a comment',
    '; another',
    '  nameserver   192.0.2.1  ',
    'nameserver [192.0.2.2]:5353',
    'nameserver [2001:db8::1]:5353',
    'nameserver 192.0.2.4',
    'options rotate timeout:3 ndots:99',
    'options attempts:0 edns0',
  ].join('\n');
  expect(parseResolvConf(text, 'host.corp.example')).toEqual({
    servers: ['192.0.2.1', '192.0.2.2:5353', '[2001:db8::1]:5353'],
    search: ['corp.example'],
    ndots: 15,
    timeoutMs: 3000,
    attempts: 1,
  });
});

test('uses the last of domain and search', () => {
  expect(parseResolvConf('domain a.example\nsearch b.example c.example.', 'x.y').search).toEqual([
    'b.example',
    'c.example',
  ]);
  expect(parseResolvConf('search b.example c.example\ndomain a.example', 'x.y').search).toEqual([
    'a.example',
  ]);
  expect(parseResolvConf('search .', 'x.y').search).toEqual([]);
});

test('c-ares finds the servers itself if one has a zone', () => {
  expect(parseResolvConf('nameserver fe80::1%eth0\nnameserver 192.0.2.1', 'x').servers).toEqual([]);
});

test.each([
  ['minio', 1, ['minio.a.example', 'minio.b.example', 'minio']],
  ['minio.storage', 1, ['minio.storage', 'minio.storage.a.example', 'minio.storage.b.example']],
  ['minio.storage', 5, ['minio.storage.a.example', 'minio.storage.b.example', 'minio.storage']],
  ['minio.', 5, ['minio']],
  ['minio', 0, ['minio', 'minio.a.example', 'minio.b.example']],
])('candidates of %s with ndots:%i', (name, ndots, expected) => {
  expect(listCandidates(name, { search: ['a.example', 'b.example'], ndots })).toEqual(expected);
});

test('parses a hosts file', () => {
  const text =
    '127.0.0.1\tlocalhost Alias # comment\n::1 localhost\n#10.0.0.1 no\nbad name\n\n10.0.0.2 two two\n';
  expect(Object.fromEntries(parseHosts(text))).toEqual({
    localhost: ['127.0.0.1', '::1'],
    alias: ['127.0.0.1'],
    two: ['10.0.0.2'],
  });
});
