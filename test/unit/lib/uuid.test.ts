import { expect, it } from 'vitest';
import { parseUuid } from '../../../src/lib/uuid.ts';

const uuid = '0f8fad5b-d9cb-469f-a165-708677289501';

it.each([uuid, uuid.toUpperCase(), `{${uuid}}`, `(${uuid})`, `urn:uuid:${uuid}`, uuid.replaceAll('-', '')])(
  'reads %s',
  (text) => {
    expect(parseUuid(text)).toBe(uuid);
  },
);

it.each(['', 'job-1', `${uuid}0`, uuid.slice(1), `x${uuid}`, uuid.replace('f', 'g')])(
  'rejects "%s"',
  (text) => {
    expect(parseUuid(text)).toBeNull();
  },
);
