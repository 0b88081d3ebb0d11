import { useState } from 'preact/hooks';
import { useShowMore } from '../lib/use-show-more.ts';
import { MoreButton } from '../parts/more-button.tsx';

/** Levels that are open at first. */
const OPEN_DEPTH = 3;
/** Members shown at first. */
const INITIAL_COUNT = 50;

interface Props {
  readonly value: unknown;
  /** Name of the member; null for the value itself. */
  readonly name?: string | null;
  readonly depth?: number;
}

/** A JSON value as a tree of collapsible objects and lists. Members render when their parent opens. */
export function JsonTree({ value, name = null, depth = 0 }: Props) {
  if (typeof value === 'object' && value !== null) return <Branch value={value} name={name} depth={depth} />;
  return (
    <div class="leaf">
      {name !== null && <span class="key">{name}: </span>}
      <code class={`is-${value === null ? 'null' : typeof value}`}>
        {JSON.stringify(value) ?? 'undefined'}
      </code>
    </div>
  );
}

function Branch({ value, name, depth }: { value: object; name: string | null; depth: number }) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const isList = Array.isArray(value);
  const members = Object.entries(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const size = members.length === 0 ? '' : members.length.toLocaleString('en');
  return (
    <details class="branch" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {name !== null && <span class="key">{name} </span>}
        <span class="quiet">
          {open}
          {size}
          {close}
        </span>
      </summary>
      {isOpen && <Members members={members} depth={depth + 1} />}
    </details>
  );
}

function Members({ members, depth }: { members: readonly [string, unknown][]; depth: number }) {
  const list = useShowMore(members, INITIAL_COUNT);
  return (
    <div class="members">
      {list.shown.map(([key, member]) => (
        <JsonTree key={key} value={member} name={key} depth={depth} />
      ))}
      <MoreButton list={list} what="members" />
    </div>
  );
}
