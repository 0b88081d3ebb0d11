import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DarkroomProblem } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { save } from '../lib/save.ts';
import { useSession } from '../lib/session.ts';
import { ProblemNote } from '../parts/problem-note.tsx';

interface Props {
  readonly href: string;
  /** The file name on disk. */
  readonly name: string;
  readonly open: () => Promise<Response>;
  readonly label: string;
  readonly children: ComponentChildren;
}

/** A download link, or a button if a token is needed, which a link cannot send. */
export function Download({ href, name, open, label, children }: Props) {
  const { token } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<DarkroomProblem | null>(null);
  if (token === null) {
    return (
      <a class="button" href={href} download={name.split('/').at(-1)} aria-label={label}>
        {children}
      </a>
    );
  }
  const download = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await save(open, name);
    } catch (error) {
      setProblem(toProblem(error));
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" disabled={busy} onClick={() => void download()} aria-label={label}>
        {busy ? 'Downloading …' : children}
      </button>
      <ProblemNote problem={problem} />
    </>
  );
}
