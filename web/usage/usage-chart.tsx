import type { Column } from './sum-usage.ts';

const WIDTH = 1000;
const HEIGHT = 160;
/** Share of a column that is empty. */
const GAP = 0.2;

interface Props {
  readonly title: string;
  readonly columns: readonly Column[];
  /** In the order of their colours. */
  readonly operations: readonly string[];
  readonly format: (amount: number) => string;
}

/** A bar for each day, with a part for each operation. The table below has the numbers. */
export function UsageChart({ title, columns, operations, format }: Props) {
  const most = Math.max(...columns.map(({ total }) => total), 0);
  const sum = columns.reduce((total, column) => total + column.total, 0);
  const width = WIDTH / columns.length;
  return (
    <figure class="panel chart">
      <figcaption>
        {title} <strong>{format(sum)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} by day`}
      >
        {columns.map(({ day, amounts, total }, at) => {
          let top = HEIGHT;
          return (
            <g key={day}>
              <title>{`${day}: ${format(total)}`}</title>
              <rect class="day" x={at * width} width={width} height={HEIGHT} />
              {operations.map((operation, color) => {
                const height = most === 0 ? 0 : ((amounts.get(operation) ?? 0) / most) * HEIGHT;
                top -= height;
                return height === 0 ? null : (
                  <rect
                    key={operation}
                    class={`series-${color % 6}`}
                    x={(at + GAP / 2) * width}
                    y={top}
                    width={width * (1 - GAP)}
                    height={height}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <p class="axis quiet">
        <span>{columns[0]?.day}</span>
        <span>at most {format(most)} a day</span>
        <span>{columns.at(-1)?.day}</span>
      </p>
    </figure>
  );
}
