import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';

export interface Tab {
  readonly name: string;
  readonly render: () => ComponentChildren;
}

/** Tabs as in the ARIA Authoring Practices: arrow keys, Home and End switch. A single tab renders without a bar. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const id = useId();
  const [chosen, choose] = useState(tabs[0]?.name);
  const bar = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex(({ name }) => name === chosen),
  );
  const current = tabs[at];
  if (!current) return null;
  if (tabs.length === 1) return <>{current.render()}</>;
  const move = (event: KeyboardEvent) => {
    const last = tabs.length - 1;
    const next = {
      ArrowLeft: at === 0 ? last : at - 1,
      ArrowRight: at === last ? 0 : at + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(tabs[next]?.name);
    bar.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <div class="tabs">
      <div ref={bar} class="tab-bar" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => choose(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {/* A new tab gets a new panel, so that no viewer keeps the state of another. */}
      <div key={current.name} id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-tab-${at}`}>
        {current.render()}
      </div>
    </div>
  );
}
