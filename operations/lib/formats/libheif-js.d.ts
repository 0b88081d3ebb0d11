/** The part of libheif-js that is used here; the package has no types of its own. */
declare module 'libheif-js/wasm-bundle.js' {
  interface Rgba {
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  }

  interface HeifImage {
    get_width(): number;
    get_height(): number;
    is_primary(): boolean;
    /** Calls `done` with null when the picture cannot be decoded. */
    display(target: Rgba, done: (result: Rgba | null) => void): void;
  }

  const libheif: {
    readonly HeifDecoder: new () => {
      /** Returns the top-level pictures; an empty list when the file cannot be parsed. */
      decode(bytes: Uint8Array): HeifImage[];
    };
  };
  export default libheif;
}
