/** Characters of a line. Of a longer one, the end is kept. */
const MAX_LINE = 4096;

/** Returns a function that splits chunks into lines, also at the carriage returns by which programs overwrite a line. */
export function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) if (line !== '') onLine(line);
  };
}
