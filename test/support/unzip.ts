/** Reads ZIP archives for tests, with the reader by which the benches check theirs. */
export { unzip } from '../../bench/unzip.ts';
