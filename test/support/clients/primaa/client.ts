/** What clients of primaa send and get, and the web that they point at. */
import { photo } from '../../photos.ts';
import { startWeb, type Web } from '../../web.ts';

export interface PrimaaAnswer {
  code: number;
  job_id: string | null;
  status: string | null;
  error: string | null;
  result?: unknown;
}

export const ALGORITHM = 'poi_detection';
export const TOKEN = 'a1b2c3d4-e5f6-7890-1234-567890abcdef';
export const IMAGE = '/18-Bronchus-edited.jpeg?width=2132&height=1596&name=18-Bronchus-edited.jpeg';

/** Serves the image to who asks with its whole query, and one that never comes, and takes callbacks. */
export async function startPrimaaWeb(): Promise<Web> {
  const bytes = await photo('chelsea.jpg');
  return startWeb({
    '/18-Bronchus-edited.jpeg': ({ url }, response) =>
      void response.writeHead(url === IMAGE ? 200 : 400).end(url === IMAGE ? bytes : 'no such query'),
    '/text.jpeg': Buffer.from('no image'),
    '/silent.jpeg': () => undefined,
  });
}

export const submission = (web: Web, changes: Record<string, unknown> = {}) => ({
  image_url: web.url + IMAGE,
  callback_url: `${web.url}/hook`,
  callback_token: TOKEN,
  algorithm_name: ALGORITHM,
  ...changes,
});

export const posted = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
