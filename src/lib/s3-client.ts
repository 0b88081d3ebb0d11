/** Clients of S3 servers. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Creates a client that also works with servers other than Amazon's. */
export function createS3Client(config: S3ClientConfig): S3Client {
  // The SDK warns about Node versions that its later releases drop. That does not concern operators.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return new S3Client({
    // Some servers do not know the SDK's checksums, and presigned URLs would include them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
}
