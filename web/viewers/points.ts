/** The points that `poi_detection` returns for one picture. */

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly score: number;
  readonly channel: string;
}

export interface Detection {
  readonly image: {
    readonly index: number;
    readonly name: string;
    readonly width: number;
    readonly height: number;
  };
  readonly count: number;
  readonly truncated: boolean;
  /** Null: the result has them only as a CSV file. */
  readonly points: readonly Point[] | null;
}

/** Returns the detections of a result: one, or those of its `assets`; none for other results. */
export function readDetections(data: unknown): readonly Detection[] {
  if (isDetection(data)) return [data];
  const assets = (data as { assets?: unknown } | null)?.assets;
  return Array.isArray(assets) && assets.length > 0 && assets.every(isDetection) ? assets : [];
}

function isDetection(data: unknown): data is Detection {
  const { image, count, points } = (data ?? {}) as Partial<Detection>;
  return (
    typeof count === 'number' &&
    typeof image?.width === 'number' &&
    typeof image.height === 'number' &&
    (points === null || Array.isArray(points))
  );
}

/** Returns the points of these channels with at least this score. */
export const filterPoints = (
  points: readonly Point[],
  channels: ReadonlySet<string>,
  minScore: number,
): readonly Point[] => points.filter(({ channel, score }) => channels.has(channel) && score >= minScore);
