/** The settings of all dialects. */
import type { Setting } from '../lib/settings/setting.ts';
import type { Dialect } from './dialect.ts';
import * as list from './index.ts';

const dialects: readonly Dialect[] = Object.values(list);

/** Each dialect gets the values of its own settings; nothing else reads them. */
export const dialectSettings: Readonly<Record<string, Setting>> = Object.assign(
  {},
  ...dialects.map(({ settings }) => settings),
);
