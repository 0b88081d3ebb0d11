import { useMemo, useState } from 'preact/hooks';
import type { FileUrls } from './file-urls.ts';
import { ZoomPicture } from './lazy-viewers.tsx';
import { type Detection, filterPoints, type Point } from './points.ts';
import { useFileUrl } from './use-file-url.ts';
import type { DrawOverlay } from './zoom-picture.tsx';

/** Those of the picture that the operation draws: no stain has them, and they differ with colour blindness too. */
const colours: Readonly<Record<string, string>> = {
  haematoxylin: '#ffe600',
  dab: '#00dcff',
  eosin: '#00c850',
};
const OTHER = '#ff00ff';

interface Props {
  readonly detection: Detection;
  readonly urls: FileUrls;
  /** The picture without points. */
  readonly path: string;
}

/** The detected points over the picture, by channel and score. */
export function PointsView({ detection, urls, path }: Props) {
  const points = detection.points ?? [];
  const channels = useMemo(() => [...new Set(points.map(({ channel }) => channel))].sort(), [points]);
  const lowest = useMemo(
    () => Math.floor(points.reduce((least, { score }) => Math.min(least, score), 1) * 100) / 100,
    [points],
  );
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [minScore, setMinScore] = useState(0);
  const picture = useFileUrl(urls, path, true);
  const shown = useMemo(
    () => filterPoints(points, new Set(channels.filter((name) => !hidden.has(name))), minScore),
    [points, channels, hidden, minScore],
  );
  const draw = useMemo(() => drawPoints(shown, detection.image.width), [shown, detection]);
  const toggle = (name: string) => {
    const changed = new Set(hidden);
    if (!changed.delete(name)) changed.add(name);
    setHidden(changed);
  };
  return (
    <section class="points" aria-label={`Points on ${detection.image.name}`}>
      <div class="points-bar">
        {channels.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={!hidden.has(name)} onChange={() => toggle(name)} />
            <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
              <circle cx="5" cy="5" r="4" fill={colours[name] ?? OTHER} />
            </svg>
            {name}
          </label>
        ))}
        <label>
          Score from {Math.max(minScore, lowest).toFixed(2)}
          <input
            type="range"
            min={lowest}
            max={1}
            step={0.01}
            value={Math.max(minScore, lowest)}
            onInput={({ currentTarget }) => setMinScore(Number(currentTarget.value))}
          />
        </label>
        <span class="quiet" role="status">
          {shown.length.toLocaleString('en')} of {detection.count.toLocaleString('en')} points
        </span>
      </div>
      {picture.state === 'ready' && (
        <ZoomPicture url={picture.url} label={detection.image.name} draw={draw} />
      )}
      {picture.state === 'loading' && <p class="quiet">Loading …</p>}
      {picture.state === 'failed' && <p role="alert">{picture.reason}</p>}
      {detection.truncated && (
        <p class="quiet">The result has the points with the highest scores. The CSV file has all of them.</p>
      )}
    </section>
  );
}

/** @param width of the picture that the coordinates belong to; 0, 0 is the middle of the first pixel */
function drawPoints(points: readonly Point[], width: number): DrawOverlay {
  return (context, place, scale) => {
    const { clientWidth, clientHeight } = context.canvas;
    context.lineWidth = 1.5;
    for (const { x, y, radius, channel } of points) {
      const at = place((x + 0.5) / width, (y + 0.5) / width);
      const size = Math.max(1.5, (radius / width) * scale);
      if (at.x < -size || at.y < -size || at.x > clientWidth + size || at.y > clientHeight + size) continue;
      context.beginPath();
      context.arc(at.x, at.y, size, 0, 2 * Math.PI);
      context.strokeStyle = colours[channel] ?? OTHER;
      context.stroke();
    }
  };
}
