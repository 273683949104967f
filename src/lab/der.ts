/**
 * Just enough DER (X.690) to write X.509 certificates out by hand: the lab wants kinds that well-behaved makers refuse to
 * make. Writing only; nothing here reads what a stranger sent.
 */

/** Any element: its tag octet, then its value. Values up to 65,535 octets. */
export function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length > 0xffff) throw new RangeError(`too long for this writer: ${length} octets`);
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), value]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** `hex`: the encoded arcs, without tag and length. */
export function objectId(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, "hex"));
}

export function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.from([value ? 0xff : 0]));
}

/** A non-negative integer, its magnitude as octets. */
export function unsigned(magnitude: Uint8Array): Buffer {
  return tlv(0x02, Buffer.concat([Buffer.from([0]), magnitude]).subarray((magnitude[0] ?? 0x80) < 0x80 ? 1 : 0));
}

export function bitString(octets: Uint8Array, unusedBits = 0): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([unusedBits]), octets]));
}

export function utf8(text: string): Buffer {
  return tlv(0x0c, Buffer.from(text, "utf8"));
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(at: number): Buffer {
  const text = `${new Date(at)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, "")
    .slice(0, 14)}Z`;
  return text < "2050" ? tlv(0x17, Buffer.from(text.slice(2), "latin1")) : tlv(0x18, Buffer.from(text, "latin1"));
}

/** RFC 7468. */
export function certificatePem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
