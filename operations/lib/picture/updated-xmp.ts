/** Updates an XMP packet for a picture that was turned, cropped or resized. */
import sax, { type QualifiedName, type QualifiedTag, type SAXParser } from 'sax';
import { isKept, type Kept, keepsPartOf } from './metadata-choice.ts';
import { isOutdated, ORIENTATION, RDF, subjectOf } from './xmp-properties.ts';

/** Bytes that a segment of JPEG holds (XMP specification, part 3). */
const MAX_JPEG_XMP = 65_502;
/** Bytes. */
const MAX_XMP = 1024 * 1024;
/** Attributes and depth of elements. The time of the parser grows with their squares. */
const MAX_ATTRIBUTES = 20_000;
const MAX_DEPTH = 100;

/**
 * Sets the orientation to 1, and removes what describes the original picture or is not kept.
 *
 * @returns an empty text if nothing is kept; null for a packet that cannot be kept in a file of the format.
 */
export function updateXmp(xmp: Buffer, format: string, kept: Kept): string | null {
  if (!keepsPartOf(kept, 'xmp')) return '';
  if (xmp.length > MAX_XMP) return null;
  const text = xmp.toString('utf8').replace(/^\ufeff|[\0\s]+$/g, '');
  if (text.includes('\0') || text.split('=').length > MAX_ATTRIBUTES) return null;
  const editor = new PacketEditor(text, kept);
  const packet = editor.edit();
  return packet !== null && format === 'jpeg' && Buffer.byteLength(packet) > MAX_JPEG_XMP ? null : packet;
}

/** Copies a packet, but for the properties that are removed. */
class PacketEditor {
  readonly #text: string;
  readonly #kept: Kept;
  readonly #parser: SAXParser = sax.parser(true, { xmlns: true, position: true });
  readonly #parts: string[] = [];
  /** Characters that have been copied or passed over. */
  #done = 0;
  /** Local names of the open elements of RDF; others are empty. */
  readonly #path: string[] = [];
  /** The property that is being removed (null) or set. */
  #property: { readonly depth: number; readonly value: string | null } | null = null;
  #hasProperties = false;

  constructor(text: string, kept: Kept) {
    this.#text = text;
    this.#kept = kept;
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
      const value = this.#convert(tag, '');
      this.#hasProperties ||= value !== null;
      if (value === '' || (value !== null && tag.isSelfClosing)) return;
      this.#copy(value === null ? start : this.#parser.position);
      this.#property = { depth, value };
    }
  }

  #close(): void {
    this.#path.pop();
    if (this.#property?.depth !== this.#path.length) return;
    const { value } = this.#property;
    this.#parts.push(value ?? '');
    this.#done = value === null ? this.#parser.position : this.#parser.startTagPosition - 1;
    this.#property = null;
  }

  /** Returns a property's new value: null removes it, an empty text keeps it. */
  #convert({ uri, local }: QualifiedName, unchanged: string): string | null {
    if (isOutdated(uri, local) || !isKept(this.#kept, 'xmp', subjectOf(uri, local))) return null;
    return uri === ORIENTATION.uri && local === ORIENTATION.local ? '1' : unchanged;
  }

  /** The properties of a description may be attributes. */
  #writeDescription({ name, attributes, isSelfClosing }: QualifiedTag): string {
    const kept = Object.values(attributes).flatMap((attribute) => {
      const isProperty = attribute.uri !== '' && attribute.uri !== RDF && !/^xml/.test(attribute.prefix);
      const value = isProperty ? this.#convert(attribute, attribute.value) : attribute.value;
      this.#hasProperties ||= isProperty && value !== null;
      return value === null ? [] : [` ${attribute.name}="${escapeAttribute(value)}"`];
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
