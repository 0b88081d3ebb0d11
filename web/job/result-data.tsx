import { useMemo } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';

/** Characters of JSON to show. */
const MAX_CHARACTERS = 200_000;

/** The JSON value of a result. */
export function ResultData({ data }: { data: unknown }) {
  const text = useMemo(() => JSON.stringify(data, null, 2) ?? '', [data]);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Result</h2>
        <CopyButton text={text} what="result" />
      </div>
      <LongText text={text.slice(0, MAX_CHARACTERS)} label="Result as JSON" />
      {text.length > MAX_CHARACTERS && <p class="quiet">Truncated; result.json below is complete.</p>}
    </section>
  );
}
