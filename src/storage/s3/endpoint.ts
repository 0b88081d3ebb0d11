/** Returns the address of the S3 server that the AWS variables name; empty: Amazon's, or that of a profile. */
export const readEndpoint = (env: NodeJS.ProcessEnv): string =>
  env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true'
    ? ''
    : env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || '';
