/** How DARKROOM_STORE names a bucket. */

import { defineSettings } from '../../lib/settings/setting.ts';
import { httpUrlOrNone } from '../../lib/settings/values.ts';
import type { StoreDriver } from '../driver.ts';
import { findKeyFault } from '../key.ts';

interface S3Address {
  readonly kind: 's3';
  readonly bucket: string;
  /** Key of a folder; empty for the whole bucket. */
  readonly prefix: string;
}

const settings = defineSettings({
  DARKROOM_S3_PUBLIC_URL: {
    schema: httpUrlOrNone,
    default: '',
    defaultMeaning: '`AWS_ENDPOINT_URL_S3`',
    description:
      'address of the S3 server for clients, used in links to objects; `none`: links point to this server',
  },
});

export const s3Driver: StoreDriver<S3Address, typeof settings> = {
  kind: 's3',
  forms: ['s3://BUCKET', 's3://BUCKET/PREFIX'],
  settings,

  parse(text) {
    const [, bucket, prefix = ''] = /^s3:\/\/([\w.-]{3,63})(?:\/(.*?))?\/?$/.exec(text) ?? [];
    if (bucket === undefined) return null;
    const fault = prefix === '' ? null : findKeyFault(prefix);
    if (fault) throw new TypeError(`its prefix ${fault}`);
    return { kind: 's3', bucket, prefix };
  },

  async open({ bucket, prefix }, { DARKROOM_S3_PUBLIC_URL: publicUrl }) {
    const { createS3Store } = await import('./index.ts');
    if (publicUrl === '') return createS3Store({ bucket, prefix });
    return createS3Store({ bucket, prefix, publicEndpoint: publicUrl === 'none' ? null : publicUrl });
  },
};
