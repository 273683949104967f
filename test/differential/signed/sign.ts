/** Signs zones with ldns-signzone or BIND's dnssec-signzone. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { programPath } from "../servers/programs.ts";
import type { Signing, Zone, ZoneRecord } from "../world/shape.ts";
import { dnskeyRecord, type ZoneKey } from "./keys.ts";
import { readZone, writeZone } from "./text.ts";

const run = promisify(execFile);

export type Window = Signing["window"];

/** The zone's records with DNSKEY, RRSIG and denials. `now` in milliseconds since 1970. */
export async function signZone(
  zone: Zone,
  records: readonly ZoneRecord[],
  keys: readonly ZoneKey[],
  window: Window,
  directory: string,
  now: number,
): Promise<readonly ZoneRecord[]> {
  const { signing } = zone;
  if (signing === undefined) return records;
  const path = join(directory, `${zone.name}${window}`);
  const apexKeys = keys.map((key) => dnskeyRecord(key));
  await writeFile(path, writeZone([...records, ...apexKeys]));
  const [inception, expiration] = windows[window].map((hours) => stamp(now + hours * 3_600_000)) as [string, string];
  const output = `${path}.signed`;
  const files = keys.map((key) => key.files);
  const [program, ...args] =
    signing.signer === "ldns"
      ? [
          "ldns-signzone",
          "-i",
          inception,
          "-e",
          expiration,
          "-o",
          zone.name,
          "-f",
          output,
          ...ldnsDenial(signing),
          path,
          ...files,
        ]
      : [
          "dnssec-signzone",
          "-P",
          "-q",
          "-O",
          "full",
          "-n",
          "1",
          "-s",
          inception,
          "-e",
          expiration,
          "-o",
          zone.name,
          "-f",
          output,
        ].concat([
          "-d",
          directory,
          "-K",
          directory,
          signing.split ? "-x" : "-z",
          ...bindDenial(signing),
          path,
          ...files,
        ]);
  await run(programPath(program ?? ""), args, { cwd: directory });
  return readZone(await readFile(output, "utf8"));
}

/** Hours from now in which a signature counts. */
const windows: Readonly<Record<Window, readonly [from: number, to: number]>> = {
  current: [-24, 24 * 14],
  expired: [-24 * 30, -24 * 3],
  future: [24 * 3, 24 * 30],
};

function stamp(instant: number): string {
  return new Date(instant).toISOString().replaceAll(/[-T:]|\..*$/g, "");
}

function ldnsDenial({ denial }: Signing): readonly string[] {
  if (denial.kind === "nsec") return [];
  const salt = denial.salt === "-" ? [] : ["-s", denial.salt];
  return ["-n", "-t", String(denial.iterations), ...salt, ...(denial.optOut ? ["-p"] : [])];
}

function bindDenial({ denial }: Signing): readonly string[] {
  if (denial.kind === "nsec") return [];
  return ["-3", denial.salt, "-H", String(denial.iterations), ...(denial.optOut ? ["-A"] : [])];
}
