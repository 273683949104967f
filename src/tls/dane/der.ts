/**
 * Just enough of DER (X.690 §10) to read certificates that strangers present: definite lengths in the fewest octets, tags of
 * one octet, nothing left over. Whatever else there may be cannot be read, and what cannot be read proves nothing. Pure.
 */

export interface Element {
  /** Class, form and number in one octet: `0x30` is a SEQUENCE, `0xa0` the context's own element 0. */
  readonly tag: number;
  readonly value: Uint8Array;
  /** Tag, length and value. */
  readonly whole: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The one element that these octets are, or undefined. */
export function readElement(octets: Uint8Array): Element | undefined {
  const element = elementAt(octets, 0);
  return element?.whole.length === octets.length ? element : undefined;
}

/** The elements that stand in a row, at most `max`, or undefined. */
export function readElements(octets: Uint8Array, max: number): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < octets.length;) {
    const element = elements.length < max ? elementAt(octets, at) : undefined;
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The parts of an element with this tag, at most `max`. */
export function readParts(element: Element | undefined, tag: number, max: number): readonly Element[] | undefined {
  return element?.tag === tag ? readElements(element.value, max) : undefined;
}

export function readBoolean(element: Element | undefined): boolean | undefined {
  if (element?.tag !== tags.boolean || element.value.length !== 1) return undefined;
  return element.value[0] === 0xff ? true : element.value[0] === 0 ? false : undefined;
}

/** A non-negative integer below 2³¹. */
export function readSmallInteger(octets: Uint8Array): number | undefined {
  const [first = 0x80, second = 0x80] = octets;
  if (octets.length > 4 || first >= 0x80 || (first === 0 && octets.length > 1 && second < 0x80)) return undefined;
  return octets.reduce((value, octet) => value * 256 + octet, 0);
}

/** The bits of a BIT STRING, the first one first; at most 32. */
export function readBits(element: Element | undefined): readonly boolean[] | undefined {
  const [unused = 8, ...octets] = element?.tag === tags.bitString ? element.value.subarray(0, 6) : [];
  if (unused > 7 || octets.length > 4 || (octets.length === 0 && unused > 0)) return undefined;
  const bits = octets.flatMap((octet) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((octet >> bit) & 1) === 1));
  return bits.slice(0, bits.length - unused);
}

/** The encoded arcs in lower-case hex. */
export function readObjectId(element: Element | undefined): string | undefined {
  if (element?.tag !== tags.objectId || element.value.length === 0) return undefined;
  return hex(element.value);
}

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("hex");
}

export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

function elementAt(octets: Uint8Array, at: number): Element | undefined {
  const tag = octets[at];
  const first = octets[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let length = first;
  let from = at + 2;
  if (first >= 0x80) {
    const count = first - 0x80;
    if (count < 1 || count > lengthOctetsMax || from + count > octets.length) return undefined;
    length = octets.subarray(from, from + count).reduce((value, octet) => value * 256 + octet, 0);
    // The shortest form, or another certificate of the same meaning would have another digest.
    if (length < 0x80 || (octets[from] ?? 0) === 0) return undefined;
    from += count;
  }
  const end = from + length;
  if (end > octets.length) return undefined;
  return { tag, value: octets.subarray(from, end), whole: octets.subarray(at, end) };
}

const lengthOctetsMax = 3;
