import { useEffect, useRef, useState } from 'preact/hooks';
import type { DarkroomProblem, JobRequest } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { hrefTo } from '../lib/route.ts';
import { useSession } from '../lib/session.ts';
import { goTo } from '../lib/use-route.ts';
import { uploadFetch } from './upload-fetch.ts';

interface Submission {
  /** 0 to 1 of what is being sent; null: nothing is. */
  readonly sent: number | null;
  readonly submit: (request: JobRequest) => Promise<void>;
  readonly stop: () => void;
}

/** Sends a job, and goes to its page. */
export function useSubmission(onRefused: (problem: DarkroomProblem) => void): Submission {
  const { createClientWith } = useSession();
  const [sent, setSent] = useState<number | null>(null);
  const under = useRef<AbortController | null>(null);
  useEffect(() => () => under.current?.abort(), []);
  const submit = async (request: JobRequest) => {
    const controller = new AbortController();
    under.current = controller;
    const { signal } = controller;
    setSent(0);
    try {
      const key = request.id === undefined ? { idempotencyKey: randomKey() } : {};
      const job = await createClientWith(uploadFetch(setSent)).submit(request, { ...key, signal });
      goTo(hrefTo.job(job.id));
    } catch (error) {
      if (!signal.aborted) onRefused(toProblem(error));
    }
    if (under.current === controller) setSent(null);
  };
  return { sent, submit, stop: () => under.current?.abort() };
}

/** `crypto.randomUUID` is for pages by HTTPS or on this machine alone. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
