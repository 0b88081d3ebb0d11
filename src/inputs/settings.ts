/** Settings of path inputs. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { defineSettings } from '../lib/settings/setting.ts';
import { splitList } from '../lib/settings/values.ts';

const FOR_ALL = 'all:';

/** Comma-separated directories. Each may begin with `all:` or contain `{tenant}`; see `roots.ts`. */
const inputRoots = z
  .string()
  .transform((text): string[] =>
    splitList(text).map((root) =>
      root.startsWith(FOR_ALL) ? FOR_ALL + resolve(root.slice(FOR_ALL.length)) : resolve(root),
    ),
  );

export const inputSettings = defineSettings({
  DARKROOM_INPUT_ROOTS: {
    schema: inputRoots,
    default: (dataDir) => join(dataDir, 'inputs'),
    description:
      'directories of path inputs, comma-separated; `/srv/{tenant}` is one per tenant, `all:/srv/common` is for all tenants, any other is for the tenant `public`',
  },
});
