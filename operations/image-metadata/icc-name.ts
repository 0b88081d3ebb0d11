/** The name that a colour profile gives itself: the tag `desc` of ICC.1:2022, 9.2.41, and of version 2 before it. */

const MAX_TAGS = 200;
const MAX_NAME = 200;

/** Null of a profile that has none or is damaged. */
export function iccName(profile: Buffer): string | null {
  try {
    return nameIn(profile);
  } catch (error) {
    // An offset led out of the profile.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function nameIn(profile: Buffer): string | null {
  const tags = Math.min(profile.readUInt32BE(128), MAX_TAGS);
  for (let entry = 132; entry < 132 + tags * 12; entry += 12) {
    if (profile.toString('latin1', entry, entry + 4) !== 'desc') continue;
    const start = profile.readUInt32BE(entry + 4);
    const tag = profile.subarray(start, start + profile.readUInt32BE(entry + 8));
    return clean(tag.toString('latin1', 0, 4) === 'mluc' ? localized(tag) : plain(tag));
  }
  return null;
}

/** Version 2: a length with the final zero, and ASCII. */
const plain = (tag: Buffer): string => tag.toString('latin1', 12, 12 + tag.readUInt32BE(8));

/** Version 4: the first of its languages, in UTF-16 with the high byte first. */
function localized(tag: Buffer): string {
  const length = tag.readUInt32BE(20);
  const start = tag.readUInt32BE(24);
  const text = Buffer.from(tag.subarray(start, start + Math.min(length & ~1, MAX_NAME * 2)));
  return text.swap16().toString('utf16le');
}

function clean(name: string): string | null {
  const words = name.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  return words === '' ? null : words.slice(0, MAX_NAME);
}
