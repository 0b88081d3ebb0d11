/** Settings of the HTTP server. */
import { listenAddresses } from '../lib/settings/listen-address.ts';
import { defineSettings } from '../lib/settings/setting.ts';
import { bytes, days, optionalHttpUrl, webOrigins } from '../lib/settings/values.ts';
import { networks } from '../net/network-rule.ts';

export const apiSettings = defineSettings({
  DARKROOM_LISTEN: {
    schema: listenAddresses,
    default: '127.0.0.1:8080',
    description: 'addresses to listen on, comma-separated',
  },
  DARKROOM_PUBLIC_URL: {
    schema: optionalHttpUrl,
    default: '',
    defaultMeaning: 'the first of `DARKROOM_LISTEN`',
    description: 'address at which clients know this server; its path is part of links and `Location`',
  },
  DARKROOM_TRUSTED_PROXIES: {
    schema: networks,
    default: '',
    defaultMeaning: 'none; the headers are ignored',
    description:
      'addresses and networks of proxies whose `X-Forwarded-For` or `Forwarded` names the client for logs and limits, comma-separated, such as `10.0.0.0/8`',
  },
  DARKROOM_CORS_ORIGINS: {
    schema: webOrigins,
    default: '',
    description:
      'origins whose web pages may use this server, comma-separated, such as `https://app.example`; `*` for any',
  },
  DARKROOM_LINK_DAYS: {
    schema: days,
    default: '7',
    description: 'days that a signed link to a result file may be valid',
  },
  DARKROOM_MAX_UPLOAD_BYTES: { schema: bytes, default: '20G', description: 'largest request with uploads' },
  DARKROOM_MAX_BODY_BYTES: { schema: bytes, default: '8M', description: 'largest JSON request body' },
});
