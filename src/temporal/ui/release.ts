/** The release of Temporal's Web UI that darkroom serves. It is a Go module, which has the built pages. */

/** The version in the release of the Temporal CLI that darkroom downloads. It works with other versions of the server. */
export const UI_VERSION = '2.42.1';

/** Path of the archive of the module below a Go module proxy, and below `cache/download` of Go's module cache. */
export const UI_ARCHIVE = `github.com/temporalio/ui-server/v2/@v/v${UI_VERSION}.zip`;

/** SHA-256 of the archive, as proxy.golang.org serves it. */
export const UI_SHA256 = '0e95d54045faa00df54e89cafbec6d714095be4b43c3b402a3c8b8b6b5fd2f4d';

/** Directory of the pages within the archive. */
export const UI_PAGES = `github.com/temporalio/ui-server/v2@v${UI_VERSION}/ui/assets/local/`;

/** Where Go gets modules from, unless GOPROXY names another proxy. */
export const MODULE_PROXY = 'https://proxy.golang.org';
