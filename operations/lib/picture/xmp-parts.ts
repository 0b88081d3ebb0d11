/** Joins the two parts that an XMP packet has in JPEG, and splits a packet into them (XMP specification, part 3, 1.1.3.1). */
import sax, { type QualifiedTag } from 'sax';
import { computeGuid } from '../formats/extended-xmp.ts';
import { PacketEditor } from './updated-xmp.ts';
import { RDF } from './xmp-properties.ts';

const NOTE = 'http://ns.adobe.com/xmp/note/';
const EMPTY = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"></rdf:RDF></x:xmpmeta>`;

/** The property that names the extended part, as an attribute or an element. */
const HAS_EXTENDED =
  /\s[\w.-]+:HasExtendedXMP\s*=\s*["']\s*([0-9A-F]{32})\s*["']|<([\w.-]+:HasExtendedXMP)>\s*([0-9A-F]{32})\s*<\/\2>/i;

/** Returns the GUID of the extended part that a packet refers to; null without one. */
export function findExtendedGuid(packet: string): string | null {
  const [, attribute, , element] = HAS_EXTENDED.exec(packet) ?? [];
  return attribute ?? element ?? null;
}

/** @returns the main part with the descriptions of the extended one; null for parts that cannot be joined. */
export function joinXmp(main: string, extended: string): string | null {
  const [target, source] = [findRdf(main), findRdf(extended)];
  if (!target || !source) return null;
  const missing: string[] = [];
  for (const [prefix, uri] of Object.entries(source.namespaces)) {
    const known = target.namespaces[prefix];
    if (known !== undefined && known !== uri) return null;
    if (known === undefined) missing.push(` xmlns${prefix && `:${prefix}`}="${uri}"`);
  }
  const descriptions = extended.slice(source.start, source.end);
  const head = main.slice(0, target.start - 1) + missing.join('');
  const joined = `${head}>${main.slice(target.start, target.end)}${descriptions}${main.slice(target.end)}`;
  return joined.replace(HAS_EXTENDED, '');
}

interface XmpParts {
  readonly main: string;
  readonly extended: string;
}

/**
 * Moves properties to an extended part, the longest first, until the main part has at most so many bytes.
 *
 * @returns null if the main part cannot be so short.
 */
export function splitXmp(packet: string, maxBytes: number): XmpParts | null {
  const whole = new PacketEditor(packet);
  if (whole.edit() === null) return null;
  const sizes = [...whole.sizes.entries()].sort(([, a], [, b]) => b - a);
  const moved = new Set<number>();
  for (let left = Buffer.byteLength(packet) + EMPTY.length; left > maxBytes; ) {
    const [property, bytes] = sizes.shift() ?? [];
    if (property === undefined || bytes === undefined) return null;
    moved.add(property);
    left -= bytes;
  }
  const edit = (isWanted: (property: number) => boolean) => new PacketEditor(packet, isWanted).edit();
  const extended = edit((property) => moved.has(property))?.replace(/<\?xpacket[^>]*\?>\s*/g, '');
  const main = edit((property) => !moved.has(property)) || EMPTY;
  const rdf = findRdf(main);
  if (!extended || !rdf) return null;
  const reference =
    `<d:Description xmlns:d="${RDF}" d:about="" xmlns:xmpNote="${NOTE}" ` +
    `xmpNote:HasExtendedXMP="${computeGuid(Buffer.from(extended))}"/>`;
  return { main: main.slice(0, rdf.end) + reference + main.slice(rdf.end), extended };
}

interface RdfPlace {
  /** Behind the opening tag, and in front of the closing one. */
  readonly start: number;
  readonly end: number;
  /** Namespaces in scope, by prefix. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/** Finds the element of RDF; null without one. */
function findRdf(packet: string): RdfPlace | null {
  const parser = sax.parser(true, { xmlns: true, position: true });
  let [depth, opened]: [number, (Omit<RdfPlace, 'end'> & { depth: number }) | null] = [0, null];
  let found: RdfPlace | null = null;
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = (tag) => {
    const { uri, local, ns, isSelfClosing } = tag as QualifiedTag;
    depth++;
    if (opened || uri !== RDF || local !== 'RDF' || isSelfClosing) return;
    const namespaces: Record<string, string> = {};
    // Namespaces of outer elements are inherited.
    for (const prefix in ns) if (!/^xml/.test(prefix)) namespaces[prefix] = ns[prefix] ?? '';
    opened = { depth, start: parser.position, namespaces };
  };
  parser.onclosetag = () => {
    if (opened?.depth === depth && !found) found = { ...opened, end: parser.startTagPosition - 1 };
    depth--;
  };
  try {
    parser.write(packet).close();
  } catch {
    return null;
  }
  return found;
}
