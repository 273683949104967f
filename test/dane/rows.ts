/**
 * Reads the format of OpenSSL's `danetest.in`. A row is a line of five numbers (how many TLSA records, how many certificates, whether
 * DANE-EE is spared the name check, the wanted result of X509_verify_cert, the wanted depth of the match), so many TLSA records,
 * so many certificates in PEM with any text between them. Comments and empty lines stand between.
 */
import { X509Certificate } from "node:crypto";
import type { TlsaRecord } from "../../src/dns/index.ts";

export interface Row {
  /** By its place in the file, from 1. */
  readonly number: number;
  /** The line of its five numbers. */
  readonly line: number;
  /** The comment right above it, if there is one. */
  readonly title: string;
  readonly records: readonly TlsaRecord[];
  /** As presented, leaf first. */
  readonly chain: readonly X509Certificate[];
  /** DANE-EE is spared the name check. */
  readonly noNameChecks: boolean;
  /** X509_V_OK or X509_V_ERR_*. */
  readonly result: number;
  /** -1: nothing matched. */
  readonly depth: number;
}

/** Throws where the text is not of the format, with the number of the line. */
export function readRows(text: string): readonly Row[] {
  const lines = text.split(/\r?\n/);
  const rows: Row[] = [];
  let at = 0;
  let title = "";
  const fail = (why: string): never => {
    throw new Error(`line ${at}: ${why}`);
  };
  const next = (): string => lines[at++] ?? fail("the file ends inside a row");
  const nextFilled = (): string => {
    for (;;) {
      const line = next().trim();
      if (line !== "" && !line.startsWith("#")) return line;
    }
  };
  while (at < lines.length) {
    const line = next().trim();
    if (line === "") {
      title = "";
      continue;
    }
    if (line.startsWith("#")) {
      title = join(title, line.replace(/^[#\s-]+|[\s-]+$/g, ""));
      continue;
    }
    const head =
      /^(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)$/.exec(line) ?? fail(`five numbers are wanted, not "${line}"`);
    const [records = 0, certificates = 0, noNameChecks, result = 0, depth = 0] = head.slice(1).map(Number);
    const row = { number: rows.length + 1, line: at, title, noNameChecks: noNameChecks !== 0, result, depth };
    rows.push({
      ...row,
      records: Array.from({ length: records }, () => readTlsa(nextFilled()) ?? fail("this is no TLSA record")),
      chain: Array.from({ length: certificates }, () => readPem(next) ?? fail("this certificate cannot be read")),
    });
    title = "";
  }
  return rows;
}

/** Numbers are names that the file gives its rows, and say nothing. */
function join(title: string, comment: string): string {
  return /^\d*$/.test(comment) ? title : title === "" ? comment : `${title} ${comment}`;
}

function readTlsa(line: string): TlsaRecord | undefined {
  const [, usage, selector, matching, data] = /^(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9a-f\s]*)$/i.exec(line) ?? [];
  const digits = data?.replace(/\s/g, "");
  if (digits === undefined || digits.length % 2 !== 0) return undefined;
  return {
    usage: Number(usage),
    selector: Number(selector),
    matching: Number(matching),
    association: Buffer.from(digits, "hex"),
  };
}

/** The next block, whatever text stands before it. OpenSSL's "trusted" certificates have more behind the certificate. */
function readPem(next: () => string): X509Certificate | undefined {
  let line = next();
  while (!line.startsWith("-----BEGIN ")) line = next();
  if (!/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(line)) return undefined;
  let base64 = "";
  for (line = next(); !line.startsWith("-----END "); line = next()) base64 += line.trim();
  const der = Buffer.from(base64, "base64");
  try {
    return new X509Certificate(der.subarray(0, firstElementEnd(der)));
  } catch {
    return undefined;
  }
}

/** Certificates have lengths of two octets or fewer. */
function firstElementEnd(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  return 2 + (first - 0x80) + der.readUIntBE(2, first - 0x80);
}
