/** The release of Temporal's CLI, which includes the server, that darkroom downloads or builds. */

/** The last release that another Go module can build: later ones have a `replace` in their go.mod. */
export const CLI_VERSION = '1.5.1';
/** Its version is that of `go/temporal-cli/go.mod`. */
export const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
export const DOWNLOAD_URL = 'https://github.com/temporalio/cli/releases/download';

/** SHA-256 of the official archives, by operating system and processor as their names have them. */
export const checksums: Readonly<Record<string, string>> = {
  linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** The platform of this machine as archive names spell it. Not every platform has an archive, for example `win32_amd64`. */
export const thisPlatform = (): string =>
  `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** The path of an archive below the base address. Mirrors use GitHub's paths. */
export const archivePath = (platform: string): string =>
  `v${CLI_VERSION}/temporal_cli_${CLI_VERSION}_${platform}.tar.gz`;
