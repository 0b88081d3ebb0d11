interface Props {
  /** 0 to 1 */
  readonly fraction: number;
  readonly withFiles: boolean;
  readonly onStop: () => void;
}

/** The upload progress of a submission. */
export function UploadProgress({ fraction, withFiles, onStop }: Props) {
  if (!withFiles) return <span class="quiet">Submitting …</span>;
  return (
    <span class="sending">
      <progress max={1} value={fraction} aria-label="Upload" />
      <span class="quiet">{fraction < 1 ? `${Math.floor(fraction * 100)} % sent` : 'Processing …'}</span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </span>
  );
}
