declare module 'jq-web' {
  interface Jq {
    /** Applies a filter to JSON. Returns what jq prints; undefined if that is nothing. Throws an Error with what jq reports. */
    raw(json: string, filter: string, flags?: readonly string[]): string | undefined;
  }
  const jq: Promise<Jq>;
  export default jq;
}
