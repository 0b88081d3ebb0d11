import type { JobRequest } from '../../src/client/client.ts';
import { serverUrl, useNeedsToken } from '../lib/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { buildSamples } from './code-samples.ts';

/** Programs that submit a job, in tabs. */
export function CodeTabs({ request }: { request: JobRequest }) {
  const needsToken = useNeedsToken();
  const samples = buildSamples(serverUrl, request, needsToken);
  return (
    <Tabs
      label="Code"
      tabs={samples.map(({ name, text }) => ({
        name,
        render: () => (
          <>
            <LongText text={text} label={name === 'curl' ? 'Command' : `${name} program`} />
            <p class="buttons below">
              <CopyButton text={text} what={name} />
              <a href="docs">API documentation</a>
            </p>
          </>
        ),
      }))}
    />
  );
}
