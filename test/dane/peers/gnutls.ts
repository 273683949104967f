/** Debian's GnuTLS, asked by `gnutls.py` beside this file, which says what it is asked. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TlsaRecord } from "../../../src/dns/index.ts";

export interface GnutlsVerdict {
  /** Of libgnutls-dane on the records of usage 3; null if there are none. */
  readonly ee: boolean | null;
  /** Of a trust list with an anchor of usage 2; null if there are no such records. */
  readonly ta: boolean | null;
  /** GNUTLS_CERT_* for each anchor that was found. */
  readonly ta_status: readonly number[];
}

export interface Gnutls {
  ask(host: string, chain: readonly Buffer[], records: readonly TlsaRecord[]): Promise<GnutlsVerdict>;
  close(): void;
}

export function startGnutls(): Gnutls {
  const program = fileURLToPath(new URL("gnutls.py", import.meta.url));
  const child: ChildProcess = spawn("python3", [program], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, PromiseWithResolvers<GnutlsVerdict>>();
  let serial = 0;
  if (child.stdout === null || child.stdin === null) throw new Error("no pipes");
  const { stdin } = child;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, ...verdict } = JSON.parse(line) as GnutlsVerdict & { readonly id: number };
    waiting.get(id)?.resolve(verdict);
    waiting.delete(id);
  });
  child.once("close", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`gnutls.py ended with ${code}`));
  });
  return {
    ask(host, chain, records) {
      const answer = Promise.withResolvers<GnutlsVerdict>();
      const id = ++serial;
      waiting.set(id, answer);
      const rows = records.map(({ usage, selector, matching, association }) => [
        usage,
        selector,
        matching,
        Buffer.from(association).toString("hex"),
      ]);
      stdin.write(
        `${JSON.stringify({ id, host, chain: chain.map((der) => der.toString("base64")), records: rows })}\n`,
      );
      return answer.promise;
    },
    close() {
      stdin.end();
    },
  };
}
