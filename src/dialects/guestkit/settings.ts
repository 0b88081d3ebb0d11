/** Settings of the guestkit API. */
import { defineSettings } from '../../lib/settings/setting.ts';
import { positiveInteger } from '../../lib/settings/values.ts';

export const settings = defineSettings({
  DARKROOM_GUESTKIT_MAX_QUEUE_SIZE: {
    schema: positiveInteger,
    default: '1000',
    description: 'pending guestkit jobs per tenant; further submissions fail',
  },
});
