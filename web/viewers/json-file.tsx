import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { JsonView } from './json-view.tsx';

/** A JSON file of a result as a tree. */
export function JsonFile({ id, path }: { id: string; path: string }) {
  const client = useClient();
  const { value, problem } = useLoaded(`json ${id} ${path}`, async (signal) => ({
    json: (await (await client.download(id, path, { signal })).json()) as unknown,
  }));
  if (!value) return <LoadNote of={{ value, problem }} />;
  return <JsonView value={value.json} label={`Contents of ${path}`} />;
}
