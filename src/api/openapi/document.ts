/** The OpenAPI 3.1 document of one API. */
import packageJson from '../../../package.json' with { type: 'json' };
import { addSecurity } from '../auth/security-schemes.ts';
import type { MountedDialect } from '../dialect.ts';
import { describeLimits } from '../limits/describe-limits.ts';
import { type OpenApi, refine } from './refine.ts';

/** Path of the document of an API, below the base path. */
export const documentPath = (name: string): string =>
  name === 'native' ? '/openapi.json' : `/openapi/${name}.json`;

export interface DocumentOptions {
  /** Path of this server as clients know it, without a slash at its end. */
  readonly basePath: string;
  /** Paths that are readable without login; null if nothing needs a login. */
  readonly publicPaths: readonly string[] | null;
}

/** Builds the document. It takes a fraction of a second. */
export function buildDocument(
  { name, routes }: MountedDialect,
  { basePath, publicPaths }: DocumentOptions,
): OpenApi {
  const isNative = name === 'native';
  const document = describeLimits(
    refine(
      routes.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: isNative ? 'darkroom' : `darkroom: ${name}`,
          version: packageJson.version,
          description: isNative
            ? 'Durable jobs for images and assets: submit, watch, fetch results. Errors are RFC 9457 problems. ' +
              `The documents of all APIs of this server are listed at ${basePath}/.well-known/api-catalog.`
            : `The ${name} API of darkroom. The native API is described at ${basePath}/openapi.json.`,
          license: { name: packageJson.license },
        },
        servers: [{ url: basePath || '/' }],
      }),
    ),
  );
  return publicPaths ? addSecurity(document, publicPaths) : document;
}
