import OpenSeadragon from 'openseadragon';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly url: string;
  readonly label: string;
  /** Draws over the picture. `place` converts fractions of its width to pixels of the canvas. */
  readonly draw?: DrawOverlay | undefined;
  /** Whether the left and right arrow keys move the picture. */
  readonly moveBySideKeys?: boolean;
}

export type DrawOverlay = (
  context: CanvasRenderingContext2D,
  place: (x: number, y: number) => { readonly x: number; readonly y: number },
  /** Pixels of the canvas for the width of the picture. */
  scale: number,
) => void;

/** A picture to zoom and move: by wheel, drag, pinch, double click, buttons, and the keys + - 0 and arrows. */
export default function ZoomPicture({ url, label, draw, moveBySideKeys = true }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<OpenSeadragon.Viewer | null>(null);
  const overlay = useRef(draw);
  overlay.current = draw;
  const redraw = () => {
    if (viewer.current && canvas.current) drawOverlay(viewer.current, canvas.current, overlay.current);
  };

  useEffect(() => {
    if (!frame.current) return;
    preventStyleSheet();
    const opened = OpenSeadragon({
      element: frame.current,
      tileSources: { type: 'image', url },
      drawer: 'canvas',
      showNavigationControl: false,
      maxZoomPixelRatio: 8,
      visibilityRatio: 0.5,
      animationTime: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 0.4,
    });
    viewer.current = opened;
    for (const event of ['open', 'update-viewport', 'resize'] as const) opened.addHandler(event, redraw);
    opened.addHandler('canvas-key', (event) => {
      if (!moveBySideKeys) event.preventHorizontalPan = true;
    });
    return () => {
      viewer.current = null;
      opened.destroy();
    };
  }, [url]);
  useEffect(redraw, [draw]);

  const zoomBy = (factor: number) => viewer.current?.viewport.zoomBy(factor).applyConstraints();
  return (
    <div class="zoom">
      <section ref={frame} class="zoom-frame" aria-label={label} />
      <canvas ref={canvas} class="zoom-overlay" />
      <div class="zoom-buttons">
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1.5)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1 / 1.5)}>
          −
        </button>
        <button type="button" onClick={() => viewer.current?.viewport.goHome()}>
          Fit
        </button>
      </div>
    </div>
  );
}

/** OpenSeadragon adds a style sheet unless it finds this one. The content security policy permits none, so it has no effect. */
function preventStyleSheet(): void {
  if (document.querySelector('style[data-openseadragon-mobile-css]')) return;
  const style = document.createElementNS('', 'style');
  style.setAttribute('data-openseadragon-mobile-css', '');
  document.head.append(style);
}

function drawOverlay(
  { viewport, world }: OpenSeadragon.Viewer,
  canvas: HTMLCanvasElement,
  draw: DrawOverlay | undefined,
): void {
  const ratio = devicePixelRatio;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext('2d');
  if (!draw || !context || world.getItemCount() === 0) return;
  const origin = viewport.pixelFromPoint(new OpenSeadragon.Point(0, 0), true);
  const scale = viewport.pixelFromPoint(new OpenSeadragon.Point(1, 0), true).x - origin.x;
  context.scale(ratio, ratio);
  draw(context, (x, y) => ({ x: origin.x + x * scale, y: origin.y + y * scale }), scale);
}
