/** Debian's OpenSSL, asked with `openssl s_client -dane_*` about a server that presents a chain. */
import { spawn } from "node:child_process";
import type { TlsaRecord } from "../../../src/dns/index.ts";

export interface OpensslVerdict {
  readonly accepted: boolean;
  /** Of the match, where it tells. */
  readonly depth: number | undefined;
  /** X509_V_ERR_* and other reasons, as it prints them. */
  readonly reason: string;
}

/** `name` is the TLSA base domain. DANE-EE is spared the name check, as RFC 7672 §3.1.1 has it. */
export async function askOpenssl(port: number, name: string, records: readonly TlsaRecord[]): Promise<OpensslVerdict> {
  const rrdata = records.flatMap(({ usage, selector, matching, association }) => [
    "-dane_tlsa_rrdata",
    `${usage} ${selector} ${matching} ${Buffer.from(association).toString("hex")}`,
  ]);
  const dane = ["-dane_tlsa_domain", name, ...rrdata, "-dane_ee_no_namechecks"];
  const nobodyElse = ["-verify_return_error", "-no-CAfile", "-no-CApath", "-no-CAstore"];
  const output = await run("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...dane, ...nobodyElse]);
  const depth = /DANE TLSA .* (?:at|certificate at) depth (\d+)/.exec(output)?.[1];
  const errors = [...output.matchAll(/verify error:(num=\d+:[^\n]*)/g)].map(([, text]) => text);
  const usable = !/none of .*usable|TLSA.*none usable|Failed to import any TLSA/i.test(output);
  return {
    accepted: usable && /^Verification: OK$/m.test(output) && depth !== undefined,
    depth: depth === undefined ? undefined : Number(depth),
    reason: errors.join("; ") || (usable ? lastWords(output) : "no record is usable"),
  };
}

function lastWords(output: string): string {
  return output
    .trim()
    .split("\n")
    .filter((line) => /error|alert|failed/i.test(line))
    .slice(-2)
    .join("; ")
    .slice(0, 300);
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const hear = (chunk: Buffer): void => void (output += chunk.toString("utf8"));
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}
