/** The reports of `guestkit.inspect` and `guestkit.profile`. Each part is null or absent if it is unknown. */

type Maybe<T> = T | null | undefined;

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly arch?: Maybe<string>;
}

export interface FileSystem {
  readonly type: string;
  readonly label?: Maybe<string>;
  readonly total?: Maybe<number>;
  readonly used?: Maybe<number>;
  readonly free?: Maybe<number>;
  readonly mountpoint?: Maybe<string>;
}

export interface DiskReport {
  readonly image: {
    readonly path: string;
    readonly format: string;
    readonly virtual_size: Maybe<number>;
    readonly file_size: Maybe<number>;
  };
  readonly operating_system: Maybe<Readonly<Record<string, string | null>>>;
  readonly packages?: Maybe<{
    readonly count: number | null;
    readonly manager: string | null;
    readonly details?: Maybe<readonly Package[]>;
  }>;
  readonly services?: Maybe<readonly (string | { readonly name: string; readonly state: string })[]>;
  readonly users?: Maybe<
    readonly { readonly name: string; readonly uid: Maybe<number>; readonly shell: Maybe<string> }[]
  >;
  readonly logins?: Maybe<
    readonly {
      readonly name: string;
      readonly uid: Maybe<number>;
      readonly shell: Maybe<string>;
      readonly password: Maybe<string>;
    }[]
  >;
  readonly filesystems?: Maybe<readonly FileSystem[]>;
  readonly encrypted: boolean | null;
  readonly notes: readonly string[];
}

/** Returns the report in a result; null for other results. */
export function readDiskReport(data: unknown): DiskReport | null {
  const { image, notes, encrypted, operating_system } = (data ?? {}) as Partial<DiskReport>;
  const isReport =
    typeof image?.format === 'string' &&
    Array.isArray(notes) &&
    encrypted !== undefined &&
    operating_system !== undefined;
  return isReport ? (data as DiskReport) : null;
}

/** Returns the packages whose name or version contains all words of a query. */
export function findPackages(packages: readonly Package[], query: string): readonly Package[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return packages.filter(({ name, version }) =>
    words.every((word) => `${name} ${version}`.toLowerCase().includes(word)),
  );
}
