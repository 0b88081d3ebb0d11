import { type Colour, coloured } from './colour.ts';
import { plain } from './plain.ts';

interface Cell {
  readonly text: string;
  readonly colour?: Colour | null;
}

type Row = readonly (string | Cell)[];

/** Formats rows as aligned columns. The first row may be a heading. */
export function columns(rows: readonly Row[], indent = ''): string {
  const cells = rows.map((row) => row.map(formatCell));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.text.length ?? 0)));
  return cells
    .map((row) => {
      const line = row.map(({ text, colour = null }, at) => {
        const gap = at === row.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - text.length + 2);
        return coloured(text, colour, process.stdout) + gap;
      });
      return indent + line.join('').trimEnd();
    })
    .join('\n');
}

function formatCell(cell: string | Cell): Cell {
  const { text, colour = null } = typeof cell === 'string' ? { text: cell } : cell;
  return { text: plain(text), colour };
}
