/** Keeps what was typed into the form, for each operation: Back and a reload show it again. */
import type { Draft } from './draft.ts';
import { emptyDraft } from './draft.ts';

const KEY = 'darkroom.draft.';
/** With files, which are kept until the page is closed. */
const drafts = new Map<string, Draft>();

/** Returns the draft of an operation; an empty one if there is none. */
export function loadDraft(operation: string): Draft {
  const kept = drafts.get(operation);
  if (kept) return kept;
  try {
    return { ...emptyDraft, ...JSON.parse(sessionStorage.getItem(KEY + operation) ?? '{}') };
  } catch {
    return emptyDraft;
  }
}

/** Keeps a draft. The stored part has no files and no secrets. */
export function saveDraft(operation: string, draft: Draft): void {
  drafts.set(operation, draft);
  const { files: _, callbackToken: _secret, ...text } = draft;
  try {
    sessionStorage.setItem(KEY + operation, JSON.stringify(text));
  } catch {
    // The storage is full; Back still works.
  }
}
