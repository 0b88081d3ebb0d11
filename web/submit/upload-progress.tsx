interface Props {
  /** 0 to 1 */
  readonly share: number;
  readonly withFiles: boolean;
  readonly onStop: () => void;
}

/** How much of a submission has gone out. */
export function UploadProgress({ share, withFiles, onStop }: Props) {
  if (!withFiles) return <span class="quiet">Submitting …</span>;
  return (
    <span class="sending">
      <progress max={1} value={share} aria-label="Upload" />
      <span class="quiet">{share < 1 ? `${Math.floor(share * 100)} % sent` : 'Being taken …'}</span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </span>
  );
}
