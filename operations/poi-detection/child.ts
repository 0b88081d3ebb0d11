/** Looks at one picture in a process of its own, which can be ended at any time; see `inProcessOfItsOwn`. */
import { DarkroomError } from '../../src/errors.ts';
import { detect } from './detection.ts';

process.stdin.resume().on('end', () => process.exit(2));
const [order = '{}'] = process.argv.slice(2);
const { input, params, folder } = JSON.parse(order);
const say = (stream: NodeJS.WriteStream, text: string) =>
  new Promise((resolve) => stream.write(`${text}\n`, resolve));
try {
  await detect(input, params, folder, (fraction, detail) => {
    void say(process.stdout, JSON.stringify({ fraction, detail }));
  });
} catch (error) {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  if (error instanceof DarkroomError)
    await say(process.stderr, JSON.stringify({ code: error.code, message, details: error.details }));
  else await say(process.stderr, stack ?? message);
  process.exit(1);
}
process.exit();
