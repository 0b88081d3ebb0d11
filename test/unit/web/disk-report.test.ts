/** Which results are reports on disk images, and the search of packages. */
import { expect, test } from 'vitest';
import { findPackages, readDiskReport } from '../../../web/viewers/disk-report.ts';

const image = {
  path: 'web-01.qcow2',
  format: 'qcow2',
  virtual_size: 21_474_836_480,
  file_size: 1_804_337_152,
};

test('recognizes reports of both operations, also of a disk without a system', () => {
  const inspect = { image, operating_system: { type: 'linux' }, encrypted: false, notes: [] };
  expect(readDiskReport(inspect)).toBe(inspect);
  expect(readDiskReport({ ...inspect, operating_system: null, encrypted: null })).not.toBeNull();
  expect(readDiskReport(null)).toBeNull();
  expect(readDiskReport('image')).toBeNull();
  expect(readDiskReport({ image: { width: 3 }, notes: [] })).toBeNull();
});

test('finds packages by words of name and version', () => {
  const packages = [
    { name: 'python3.11', version: '3.11.2-6' },
    { name: 'libpython3-stdlib', version: '3.11.2-1' },
    { name: 'bash', version: '5.2.15-2' },
  ];
  const names = (query: string) => findPackages(packages, query).map(({ name }) => name);
  expect(names('')).toHaveLength(3);
  expect(names('PYTHON 3.11.2-6')).toEqual(['python3.11']);
  expect(names('5.2')).toEqual(['bash']);
  expect(names('python bash')).toEqual([]);
});
