import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { toProblem } from './problem.ts';

/**
 * Makes a component whose module the browser loads when it is first rendered.
 *
 * @param what Names it in the message of a failed load, such as "The 3D viewer".
 * @example
 * const ModelView = lazyComponent('The 3D viewer', () => import('./model-view.tsx'));
 */
export function lazyComponent<Props extends object>(
  what: string,
  load: () => Promise<{ readonly default: ComponentType<Props> | ((props: Props) => ComponentChildren) }>,
) {
  return function LazyComponent(props: Props) {
    const [loaded, setLoaded] = useState<ComponentType<Props> | null>(null);
    const [failure, setFailure] = useState<string | null>(null);
    useEffect(() => {
      load().then(
        ({ default: component }) => setLoaded(() => component as ComponentType<Props>),
        (error: unknown) => setFailure(toProblem(error).detail),
      );
    }, []);
    if (failure !== null)
      return (
        <p class="note" role="alert">
          {what} could not be loaded: {failure}
        </p>
      );
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : <p class="quiet">Loading …</p>;
  };
}
