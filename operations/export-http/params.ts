/** Parameters of export.http. */
import { z } from 'zod';
import { httpUrl } from '../../src/jobs/model/asset.ts';
import { giveUpHours } from '../lib/give-up.ts';
import { nameTemplate } from '../lib/name-template.ts';
import { onError } from '../operation.ts';

/** They travel with the job, encrypted. */
const MAX_URLS = 200;
const MAX_CHARACTERS = 64 * 1024;

/** Headers that HTTP itself sets, or that name another server. */
const RESERVED =
  /^(host|content-length|transfer-encoding|connection|expect|upgrade|te|trailer|accept-encoding)$/;

const headers = z
  .record(
    z.string().regex(/^[a-z0-9-]{1,64}$/, 'must have lower-case letters, digits and "-"'),
    z
      .string()
      .max(2048)
      .regex(/^[\x20-\x7e]*$/, 'must have printable ASCII characters only'),
  )
  .superRefine((given, context) => {
    for (const name of Object.keys(given))
      if (RESERVED.test(name)) context.addIssue({ code: 'custom', path: [name], message: 'cannot be set' });
  });

export const params = z
  .strictObject({
    url: nameTemplate(2048)
      .refine(
        (template) =>
          URL.canParse(template.replace(/\{[^}]*\}/g, 'x')) && /^https?:\/\/[^/{]+\//.test(template),
        {
          error: 'must be an http or https URL whose host has no placeholder',
        },
      )
      .optional()
      .describe(
        'URL of each file: text with `{name}`, `{stem}`, `{ext}`, `{index}` (from 0) and `{attribute.NAME}` of the asset, each percent-encoded',
      )
      .meta({ example: 'https://upload.example.com/shoots/42/{name}' }),
    urls: z
      .record(z.string().min(1).max(200), httpUrl)
      .refine((given) => Object.keys(given).length <= MAX_URLS, `must have at most ${MAX_URLS} URLs`)
      .refine(
        (given) => JSON.stringify(given).length <= MAX_CHARACTERS,
        `must have at most ${MAX_CHARACTERS} characters as JSON`,
      )
      .optional()
      .describe(
        'Instead of `url`: name of each asset and its URL, such as presigned ones. Encrypted, and never shown',
      ),
    headers: headers
      .default({})
      .describe(
        'Headers of the requests, such as those that a presigned URL was signed with. Encrypted, and never shown',
      ),
    content_type: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w."+-]+)*$/, 'must be a media type such as image/jpeg')
      .optional()
      .describe('Media type of all files. Default: by the extension of each name'),
    give_up_hours: giveUpHours,
    on_error: onError,
  })
  .refine(({ url, urls }) => (url === undefined) !== (urls === undefined), {
    path: ['url'],
    error: 'or urls is required, and not both',
  });

export type Params = z.infer<typeof params>;
