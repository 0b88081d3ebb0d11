/** Why a permitted request got no complete response. The messages are public. */

/**
 * dns          the name does not resolve
 * refused      nothing listens there
 * unreachable  no way there, or one that the system forbids
 * reset        the connection ended before the response did
 * tls          no secure connection: certificate, protocol
 * deadline     the whole response took too long
 * timeout      connecting, waiting for headers or for more of the body took too long
 * protocol     what came is not HTTP
 * redirect     too many redirects, or one to nowhere
 * invalid      the request itself cannot be sent, for instance for a character in a header
 */
export type HttpFailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'tls'
  | 'timeout'
  | 'deadline'
  | 'protocol'
  | 'redirect'
  | 'invalid';

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;

  constructor(kind: HttpFailureKind, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.kind = kind;
  }
}

type Rule = readonly [codes: RegExp, kind: HttpFailureKind, describe: (host: string, error: Error) => string];

/** By the `code` of errors; the first match counts. */
const rules: readonly Rule[] = [
  [/^ENOTFOUND$/, 'dns', (host) => `the name of ${host} does not exist`],
  [/^DNS_FAILED$/, 'dns', (host) => `the name of ${host} could not be resolved: its name servers failed`],
  [
    /^DNS_TIMEOUT$/,
    'dns',
    (host) => `the name of ${host} could not be resolved: no name server answered in time`,
  ],
  [/^ECONNREFUSED$/, 'refused', (host) => `connection refused by ${host}`],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT)$/, 'timeout', (host) => `no connection to ${host} in time`],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    'unreachable',
    (host) => `there is no route to ${host}`,
  ],
  [/^CONTENT_LENGTH_MISMATCH$/, 'reset', (host) => `${host} sent less than the Content-Length it announced`],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|HPE_INVALID_EOF_STATE)$/,
    'reset',
    (host) => `${host} closed the connection before its response was complete`,
  ],
  [
    /CERT|^UNABLE_TO_/,
    'tls',
    (host, { message }) => `the certificate of ${host} is not accepted (${firstLine(message)})`,
  ],
  [
    /^(ERR_SSL_|ERR_TLS_|EPROTO$)/,
    'tls',
    (host) => `no secure connection to ${host}: the TLS handshake failed`,
  ],
  [/^HPE_HEADER_OVERFLOW$/, 'protocol', (host) => `the response headers of ${host} are too long`],
  [/^HPE_TOO_MANY_INTERIM$/, 'protocol', (host) => `${host} sends interim responses without end`],
  [/^HPE_/, 'protocol', (host) => `${host} did not answer in HTTP/1.1`],
  [
    /^ERR_(INVALID|UNESCAPED|HTTP)_/,
    'invalid',
    (host, { message }) => `the request to ${host} cannot be sent: ${message}`,
  ],
];

/** `host` is named in the message, with its port: `images.example.com:443`. */
export function failureOf(error: unknown, host: string): HttpFailure {
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(cause);
  const [, kind, describe] = rules.find(([codes]) => codes.test(code)) ?? other;
  return new HttpFailure(kind, describe(host, cause), { cause: error });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const other: Rule = [/^/, 'unreachable', (host) => `the connection to ${host} failed`];

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
