/** Reduces one big picture in a process of its own, which can be ended in the middle; see `inProcessOfItsOwn`. */
import { writeReduction } from './reduction.ts';

process.stdin.resume().on('end', () => process.exit(2));
const [order = '{}'] = process.argv.slice(2);
const { input, reduction, path } = JSON.parse(order);
try {
  await writeReduction(input, reduction, path);
} catch (error) {
  await new Promise((resolve) =>
    process.stderr.write(error instanceof Error ? error.message : String(error), resolve),
  );
  process.exit(1);
}
process.exit();
