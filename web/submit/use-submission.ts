import { useEffect, useRef, useState } from 'preact/hooks';
import type { DarkroomProblem, JobRequest } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { hrefTo } from '../lib/route.ts';
import { useSession } from '../lib/session.ts';
import { goTo } from '../lib/use-route.ts';
import { uploadFetch } from './upload-fetch.ts';

interface Submission {
  /** Sent fraction of the running submission, 0 to 1; null if none runs. */
  readonly sent: number | null;
  readonly submit: (request: JobRequest) => Promise<void>;
  readonly stop: () => void;
}

/** Submits a job and opens its page. */
export function useSubmission(onRejected: (problem: DarkroomProblem) => void): Submission {
  const { createClientWith } = useSession();
  const [sent, setSent] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const submit = async (request: JobRequest) => {
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    setSent(0);
    try {
      const key = request.id === undefined ? { idempotencyKey: randomKey() } : {};
      const job = await createClientWith(uploadFetch(setSent)).submit(request, { ...key, signal });
      goTo(hrefTo.job(job.id));
    } catch (error) {
      if (!signal.aborted) onRejected(toProblem(error));
    }
    if (running.current === controller) setSent(null);
  };
  return { sent, submit, stop: () => running.current?.abort() };
}

/** `crypto.randomUUID` needs a secure context. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
