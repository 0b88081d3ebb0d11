import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileEntry } from '../../src/client/client.ts';
import type { FileUrls } from './file-urls.ts';
import { loadModel } from './load-model.ts';
import { ModelScene } from './model-scene.ts';

interface Props {
  readonly file: FileEntry;
  /** All files of the result, among which are materials and textures. */
  readonly files: readonly FileEntry[];
  readonly urls: FileUrls;
}

/** A 3D model to turn and zoom. */
export default function ModelView({ file, files, urls }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<ModelScene | null>(null);
  const [status, setStatus] = useState<string | null>('Loading …');
  useEffect(() => {
    if (!canvas.current) return;
    let disposed = false;
    const show = async (element: HTMLCanvasElement) => {
      const opened = new ModelScene(element);
      scene.current = opened;
      const paths = new Set(files.map(({ path }) => path));
      const findFile = (path: string) => (paths.has(path) ? urls.url(path) : null);
      const model = await loadModel(file.path, await urls.url(file.path), findFile);
      if (disposed) return;
      opened.show(model);
      setStatus(null);
    };
    show(canvas.current).catch((error: unknown) => {
      if (!disposed)
        setStatus(`The model cannot be shown: ${error instanceof Error ? error.message : error}`);
    });
    return () => {
      disposed = true;
      scene.current?.dispose();
      scene.current = null;
    };
  }, [file.path, files, urls]);
  return (
    <div class="model">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={`3D model ${file.path}`} />
      <p class="model-bar">
        {status === null ? (
          <>
            <span class="quiet">Drag or Shift + arrow keys: turn. Wheel: zoom. Arrow keys: move.</span>
            <button type="button" onClick={() => scene.current?.reset()}>
              Reset view
            </button>
          </>
        ) : (
          <span role="status">{status}</span>
        )}
      </p>
    </div>
  );
}
