/** Submits a job and returns its id. Throws the response if it is an error. */
export async function submit(url: string, spec: object, prefer = ''): Promise<string> {
  const { id } = await read<{ id: string }>(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer },
    body: JSON.stringify(spec),
  });
  return id;
}

/** Returns a JSON response. Throws the response if it is an error. */
export async function read<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return JSON.parse(body) as T;
}
