/** Makes one big page in a process of its own, which can be ended in the middle; see `inProcessOfItsOwn`. */
import { readFile } from 'node:fs/promises';
import { writePage } from './page.ts';

process.stdin.resume().on('end', () => process.exit(2));
const [order = '{}'] = process.argv.slice(2);
const { page, path } = JSON.parse(order);
try {
  await writePage(JSON.parse(await readFile(page, 'utf8')), path);
} catch (error) {
  await new Promise((resolve) =>
    process.stderr.write(error instanceof Error ? error.message : String(error), resolve),
  );
  process.exit(1);
}
process.exit();
