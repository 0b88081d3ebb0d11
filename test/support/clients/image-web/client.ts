/** A client of image-web, for its tests. */
import { expect } from 'vitest';
import type { RunningDarkroom } from '../../darkroom.ts';
import { plain } from '../../pictures.ts';

export interface WebJob {
  job_id: string;
  status: string;
  message: string;
  created_at: string;
  updated_at: string;
  location: string;
  output: string | null;
}

export interface ImageWebAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly body: WebJob;
}

export const PICTURE = 'picture.png';
export const picture = await plain(80, 40).png().toBuffer();
export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Field = readonly [name: string, value: string | Uint8Array, fileName?: string];
export const image: Field = ['image', picture, PICTURE];

export function formOf(...fields: readonly Field[]): RequestInit {
  const body = new FormData();
  for (const [name, value, fileName = 'file'] of fields) {
    if (typeof value === 'string') body.append(name, value);
    else body.append(name, new Blob([new Uint8Array(value)]), fileName);
  }
  return { method: 'POST', body };
}

export async function readAnswer(response: Response): Promise<ImageWebAnswer> {
  const { status, headers } = response;
  return { status, location: headers.get('location'), body: (await response.json()) as WebJob };
}

export interface WebClient {
  submit(...fields: readonly Field[]): Promise<ImageWebAnswer>;
  look(id: string): Promise<ImageWebAnswer>;
  /** The id of a job that was accepted. */
  accepted(...fields: readonly Field[]): Promise<string>;
  /** The same, once it is completed. */
  completed(...fields: readonly Field[]): Promise<string>;
}

export function webClientOf(darkroom: RunningDarkroom): WebClient {
  const submit = async (...fields: readonly Field[]) =>
    readAnswer(await darkroom.request('/jobs', formOf(...fields)));
  const look = async (id: string) => readAnswer(await darkroom.request(`/jobs/${id}`));
  const accepted = async (...fields: readonly Field[]) => {
    const { status, body } = await submit(...fields);
    expect(status, body.message).toBe(202);
    return body.job_id;
  };
  return {
    submit,
    look,
    accepted,
    completed: async (...fields) => {
      const id = await accepted(...fields);
      await expect.poll(async () => (await look(id)).status).toBe(201);
      return id;
    },
  };
}
