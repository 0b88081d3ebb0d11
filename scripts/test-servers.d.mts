/** Modules of Python, with moto. */
export const motoDirectory: string;
/** Modules of Python, with stream-unzip. */
export const streamUnzipDirectory: string;
/** Classes of Java, with S3Proxy. */
export const s3ProxyDirectory: string;
export function installTestServers(): void;
