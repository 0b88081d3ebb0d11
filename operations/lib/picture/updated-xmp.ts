/** Updates an XMP packet for a picture that was turned, cropped or resized. */
import sax, { type QualifiedName, type QualifiedTag, type SAXParser } from 'sax';
import { isKept, type Kept, keepsPartOf } from './metadata-choice.ts';
import { isOutdated, ORIENTATION, RDF, subjectOf } from './xmp-properties.ts';

/** Bytes. */
export const MAX_XMP = 1024 * 1024;
/** Attributes and depth of elements. The time of the parser grows with their squares. */
const MAX_ATTRIBUTES = 20_000;
const MAX_DEPTH = 100;

/** Returns the text of a packet without the padding around it. */
export const decodeXmp = (xmp: Buffer): string => xmp.toString('utf8').replace(/^\ufeff|[\0\s]+$/g, '');

/**
 * Sets the orientation to 1, and removes what describes the original picture or is not kept.
 *
 * @returns an empty text if nothing is kept; null for a packet that cannot be kept.
 */
export function updateXmp(xmp: Buffer, kept: Kept): string | null {
  if (!keepsPartOf(kept, 'xmp')) return '';
  if (xmp.length > MAX_XMP) return null;
  const text = decodeXmp(xmp);
  if (text.includes('\0') || text.split('=').length > MAX_ATTRIBUTES) return null;
  return new PacketEditor(text, (_, { uri, local }) =>
    isOutdated(uri, local) || !isKept(kept, 'xmp', subjectOf(uri, local))
      ? false
      : uri === ORIENTATION.uri && local === ORIENTATION.local
        ? '1'
        : true,
  ).edit();
}

/** Returns whether a property is copied, or its new value. Properties are counted from 0. */
type Decide = (property: number, name: QualifiedName) => boolean | string;

/** Copies a packet, but for the properties that are removed or changed. */
export class PacketEditor {
  readonly #text: string;
  readonly #decide: Decide;
  /** Of each property that was copied, in bytes, by its number. */
  readonly sizes = new Map<number, number>();
  readonly #parser: SAXParser = sax.parser(true, { xmlns: true, position: true });
  readonly #parts: string[] = [];
  /** Characters that have been copied or passed over. */
  #done = 0;
  /** Local names of the open elements of RDF; others are empty. */
  readonly #path: string[] = [];
  /** The property that is read: its number, where it begins, and what is decided. */
  #property: { depth: number; number: number; start: number; decision: boolean | string } | null = null;
  #count = 0;
  #hasProperties = false;

  constructor(text: string, decide: Decide = () => true) {
    this.#text = text;
    this.#decide = decide;
    const parser = this.#parser;
    parser.onerror = (error) => {
      throw error;
    };
    parser.ondoctype = () => {
      throw new SyntaxError('A packet has no document type');
    };
    parser.onopentag = (tag) => this.#open(tag as QualifiedTag);
    parser.onclosetag = () => this.#close();
  }

  /** @returns null if the text is no XMP packet. */
  edit(): string | null {
    let hasRdf = false;
    this.#parser.onopennamespace = ({ uri }) => {
      hasRdf ||= uri === RDF;
    };
    try {
      this.#parser.write(this.#text).close();
    } catch {
      return null;
    }
    if (!hasRdf) return null;
    return this.#hasProperties ? this.#parts.join('') + this.#text.slice(this.#done) : '';
  }

  #open(tag: QualifiedTag): void {
    const depth = this.#path.length;
    if (depth >= MAX_DEPTH) throw new SyntaxError('The elements of the packet are nested too deeply');
    const [outer, inner] = [this.#path.at(-2), this.#path.at(-1)];
    this.#path.push(tag.uri === RDF ? tag.local : '');
    const start = this.#parser.startTagPosition - 1;
    if (this.#property) return;
    if (inner === 'RDF') {
      this.#copy(start);
      this.#parts.push(this.#writeDescription(tag));
      this.#done = this.#parser.position;
    } else if (outer === 'RDF') {
      const number = this.#count++;
      const decided = this.#decide(number, tag);
      const decision = decided !== false && tag.isSelfClosing ? true : decided;
      this.#hasProperties ||= decision !== false;
      if (decision !== true) this.#copy(decision === false ? start : this.#parser.position);
      this.#property = { depth, number, start, decision };
    }
  }

  #close(): void {
    this.#path.pop();
    if (this.#property?.depth !== this.#path.length) return;
    const { decision, number, start } = this.#property;
    if (decision !== false)
      this.sizes.set(number, Buffer.byteLength(this.#text.slice(start, this.#parser.position)));
    if (typeof decision === 'string') this.#parts.push(decision);
    if (decision !== true)
      this.#done = decision === false ? this.#parser.position : this.#parser.startTagPosition - 1;
    this.#property = null;
  }

  /** The properties of a description may be attributes. */
  #writeDescription({ name, attributes, isSelfClosing }: QualifiedTag): string {
    const kept = Object.values(attributes).flatMap((attribute) => {
      const isProperty = attribute.uri !== '' && attribute.uri !== RDF && !/^xml/.test(attribute.prefix);
      const number = isProperty ? this.#count++ : -1;
      const decision = !isProperty || this.#decide(number, attribute);
      if (decision === false) return [];
      const value = typeof decision === 'string' ? decision : attribute.value;
      const written = ` ${attribute.name}="${escapeAttribute(value)}"`;
      this.#hasProperties ||= isProperty;
      if (isProperty) this.sizes.set(number, Buffer.byteLength(written));
      return [written];
    });
    return `<${name}${kept.join('')}${isSelfClosing ? '/' : ''}>`;
  }

  #copy(end: number): void {
    this.#parts.push(this.#text.slice(this.#done, end));
    this.#done = end;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };

const escapeAttribute = (value: string): string =>
  value.replace(/[&<"\t\n\r]/g, (character) => escapes[character] ?? `&#${character.charCodeAt(0)};`);
