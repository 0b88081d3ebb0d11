import { useMemo } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';

/** Characters of JSON that are shown. */
const SHOWN = 200_000;

/** The JSON result. */
export function ResultData({ data }: { data: unknown }) {
  const text = useMemo(() => JSON.stringify(data, null, 2) ?? '', [data]);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Result</h2>
        <CopyButton text={text} what="result" />
      </div>
      <LongText text={text.slice(0, SHOWN)} label="Result as JSON" />
      {text.length > SHOWN && <p class="quiet">This is the beginning; result.json below has all of it.</p>}
    </section>
  );
}
