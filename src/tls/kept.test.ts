import { expect, test } from "vitest";
import { makeCertificate } from "../../test/support/x509.ts";
import { certificateIn } from "./kept.ts";

const der = (): Uint8Array => new Uint8Array(makeCertificate({ names: ["mx.example"] }).der);

test("the same bytes are read once, and others with the same content for themselves", () => {
  const one = der();
  expect(certificateIn(one)?.subjectAltName).toBe("DNS:mx.example");
  expect(certificateIn(one)).toBe(certificateIn(one));
  expect(certificateIn(new Uint8Array(one))).not.toBe(certificateIn(one));
});

test("what is no certificate is none, the second time too", () => {
  const junk = Uint8Array.of(1, 2, 3);
  expect([certificateIn(junk), certificateIn(junk)]).toEqual([undefined, undefined]);
});

test("few are kept: the one that nobody asked for longest goes first", () => {
  const [first, second] = [der(), der()];
  const [read, other] = [certificateIn(first), certificateIn(second)];
  // Each takes more than a twentieth of the room.
  for (let at = 0; at < 30; at++) {
    certificateIn(new Uint8Array(80_000));
    certificateIn(second);
  }
  expect(certificateIn(second)).toBe(other);
  expect(certificateIn(first)).not.toBe(read);
});
