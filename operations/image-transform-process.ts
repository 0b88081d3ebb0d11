/** Makes one big picture in a process of its own, which can be ended in the middle; see `inProcessOfItsOwn`. */
import { writePicture } from './image-transform.ts';

const [order = '{}'] = process.argv.slice(2);
const { input, params, format, draft } = JSON.parse(order);
try {
  await writePicture(input, params, format, draft);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
