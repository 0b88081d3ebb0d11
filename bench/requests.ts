/** Requests that benches make of darkroom. */

/** Submits a job and gives its id. Throws what the server said when it is not accepted. */
export async function submit(url: string, spec: object, prefer = ''): Promise<string> {
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer },
    body: JSON.stringify(spec),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return (JSON.parse(body) as { id: string }).id;
}

/** Reads a JSON answer of the API. Throws what the server said when it is no success. */
export async function read<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return JSON.parse(body) as T;
}
