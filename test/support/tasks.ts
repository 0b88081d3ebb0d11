/** A client of the common application API, such as one would write it with the contract beside it. */
import { type Darkroom, JOB_TIMEOUT_MS } from './server.ts';

export interface Envelope {
  readonly success: boolean;
  readonly message: string | null;
  readonly data: unknown;
}

export interface Task {
  readonly task_id: string;
  readonly status: string;
  readonly assets_downloaded: number;
  readonly result_id: string | null;
  readonly result_type: string | null;
}

interface NewTask {
  readonly task_id: string;
  readonly attributes: readonly string[];
  readonly assets_per_batch: number;
}

export interface AssetData {
  readonly file_name: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly download_url: string;
}

interface Answered {
  readonly status: number;
  readonly body: Envelope;
}

export interface Tasks {
  send(method: string, path: string, body?: unknown): Promise<Answered>;
  /** Fails unless it is created. */
  create(body?: unknown): Promise<NewTask>;
  give(id: string, data: readonly AssetData[], final?: boolean): Promise<Answered>;
  look(id: string): Promise<Answered & { readonly body: { readonly data: Task } }>;
  /** Looks until the status is this one; the data of the last look. */
  until(id: string, status: string): Promise<Task>;
  result(id: string): Promise<Response>;
}

export function tasksOf({ request }: Pick<Darkroom, 'request'>): Tasks {
  const send: Tasks['send'] = async (method, path, body) => {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await request(path, { method, ...(body === undefined ? {} : json) });
    return { status: response.status, body: (await response.json()) as Envelope };
  };
  const tasks: Tasks = {
    send,
    create: async (body) => {
      const answer = await send('POST', '/api/v1/task', body);
      if (answer.status !== 200 || !answer.body.success) throw new Error(JSON.stringify(answer));
      return answer.body.data as NewTask;
    },
    give: (task_id, data, final) =>
      send('POST', '/api/v1/assets', { task_id, data, ...(final && { final }) }),
    look: async (id) => (await send('GET', `/api/v1/task?id=${id}`)) as Awaited<ReturnType<Tasks['look']>>,
    until: async (id, status) => {
      const deadline = Date.now() + JOB_TIMEOUT_MS;
      for (;;) {
        const answer = await tasks.look(id);
        if (answer.body.data?.status === status) return answer.body.data;
        if (!answer.body.success || Date.now() > deadline)
          throw new Error(`Not ${status}: ${JSON.stringify(answer)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    result: (id) => request(`/api/v1/result?id=${id}`),
  };
  return tasks;
}
