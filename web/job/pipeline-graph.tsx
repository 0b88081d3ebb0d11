import type { Job } from '../../src/client/client.ts';
import { formatBytes } from '../../src/lib/units.ts';
import { formatCount } from '../lib/text.ts';
import { layoutSteps, type PlacedStep } from './layout-steps.ts';

/** Pixels. */
const BOX = { width: 190, height: 64 };
const GAP = { x: 46, y: 16 };
const EDGE = 8;

const xOf = (column: number): number => EDGE + column * (BOX.width + GAP.x);
const yOf = (row: number): number => EDGE + row * (BOX.height + GAP.y);

/** The steps of a pipeline as a graph with their states. */
export function PipelineGraph({ steps }: { steps: Job['steps'] }) {
  const placed = layoutSteps(steps);
  const byName = new Map(placed.map((each) => [each.step.name, each]));
  const width = Math.max(...placed.map(({ column }) => xOf(column) + BOX.width)) + EDGE;
  const height = Math.max(...placed.map(({ row }) => yOf(row) + BOX.height)) + EDGE;
  return (
    <section class="panel" aria-label="Steps">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it */}
      <div class="graph" tabIndex={0}>
        <svg width={width} height={height} role="img" aria-label="Graph of the steps">
          {placed.flatMap((to) =>
            to.step.use.flatMap((name) => {
              const from = byName.get(name);
              return from
                ? [<path key={`${name} ${to.step.name}`} class="edge" d={drawEdge(from, to)} />]
                : [];
            }),
          )}
          {placed.map((each) => (
            <StepBox key={each.step.name} placed={each} />
          ))}
        </svg>
      </div>
      <ul class="step-notes">
        {steps
          .filter(({ error }) => error !== null)
          .map(({ name, error }) => (
            <li key={name} class="failure">
              <strong>{name}</strong>: {error?.message}
            </li>
          ))}
      </ul>
    </section>
  );
}

function drawEdge(from: PlacedStep, to: PlacedStep): string {
  const [x1, y1] = [xOf(from.column) + BOX.width, yOf(from.row) + BOX.height / 2];
  const [x2, y2] = [xOf(to.column), yOf(to.row) + BOX.height / 2];
  const bend = (x1 + x2) / 2;
  return `M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`;
}

function StepBox({ placed: { step, column, row } }: { placed: PlacedStep }) {
  const { name, operation, when, state, stage, progress, inputs, files } = step;
  const percent = state === 'completed' ? 100 : progress;
  const status = state === 'running' ? `${stage ?? state} ${Math.floor(progress)} %` : state;
  const skipped = inputs.skipped > 0 ? `, ${inputs.skipped.toLocaleString('en')} skipped` : '';
  const failed = inputs.failed > 0 ? `, ${inputs.failed} failed` : '';
  const count = inputs.total === null ? '' : ` · ${inputs.total.toLocaleString('en')} in${skipped}${failed}`;
  const given =
    files.count === 0 ? '' : ` · ${formatCount(files.count, 'file')}, ${formatBytes(files.bytes)}`;
  const condition = when === undefined ? '' : `, when ${when}`;
  return (
    <g class={`step is-${state}`} transform={`translate(${xOf(column)} ${yOf(row)})`}>
      <title>{`${name}: ${operation}${condition}, ${status}${count}${given}`}</title>
      <rect class="box" width={BOX.width} height={BOX.height} rx="8" />
      <rect class="done" y={BOX.height - 5} width={(BOX.width * percent) / 100} height="5" />
      <text class="name" x="12" y="20">
        {shorten(name)}
      </text>
      <text x="12" y="36">
        {shorten(when === undefined ? operation : `${operation} ?`)}
      </text>
      <text class="status" x="12" y="52">
        {shorten(status + count)}
      </text>
    </g>
  );
}

/** Text of SVG does not wrap. */
const shorten = (text: string): string => (text.length > 26 ? `${text.slice(0, 25)}…` : text);
