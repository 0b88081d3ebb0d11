/** Layout of a page of a contact sheet, in pixels. */

/** From the parameters. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Side of the square that a picture fits into. */
  readonly cell: number;
  /** Between cells and around them. */
  readonly gap: number;
}

export interface Layout extends Grid {
  readonly width: number;
  readonly height: number;
  /** 0 without a title. */
  readonly titleHeight: number;
  /** 0 without labels. */
  readonly labelHeight: number;
  readonly fontSize: number;
}

export const MAX_PAGE_SIDE = 16_000;
export const MAX_PAGE_PIXELS = 50e6;

const TITLE_HEIGHT = 44;

export function buildLayout(grid: Grid, has: { title: boolean; labels: boolean }): Layout {
  const { columns, rows, cell, gap } = grid;
  const fontSize = Math.min(22, Math.max(9, Math.round(cell / 15)));
  const titleHeight = has.title ? TITLE_HEIGHT : 0;
  const labelHeight = has.labels ? Math.round(fontSize * 1.7) : 0;
  return {
    ...grid,
    fontSize,
    titleHeight,
    labelHeight,
    width: Math.max(1, gap + columns * (cell + gap)),
    height: gap + titleHeight + rows * (cell + labelHeight + gap),
  };
}

/** Returns the layout with another number of rows, for the last page. */
export const withRows = (layout: Layout, rows: number): Layout =>
  buildLayout({ ...layout, rows }, { title: layout.titleHeight > 0, labels: layout.labelHeight > 0 });

/** Top left corner of a row, and of a cell in it. */
export const rowTop = ({ gap, titleHeight, cell, labelHeight }: Layout, row: number): number =>
  gap + titleHeight + row * (cell + labelHeight + gap);

export const columnLeft = ({ gap, cell }: Layout, column: number): number => gap + column * (cell + gap);
