/** What a sandboxed process may use. */

/** What a process needs. It gets nothing else where the machine permits that. */
export interface SandboxPolicy {
  /** Paths that it reads. Missing ones are left out. */
  readonly readable: readonly string[];
  /** Directories that it writes to. The first is its working directory. */
  readonly writable: readonly [string, ...string[]];
  readonly network: boolean;
  /** Whether it needs /proc, with its own processes. */
  readonly processes?: boolean;
  /** Of each process, in bytes. */
  readonly limits: {
    /** Memory for data: heap and anonymous mappings that can be written. */
    readonly data?: number;
    readonly addressSpace?: number | undefined;
    /** Of any file that it writes. */
    readonly file?: number;
  };
}
