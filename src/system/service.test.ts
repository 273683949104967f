import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { makeAuthority, selfSigned } from "../../test/support/certificates.ts";
import { domain } from "../base/index.ts";
import { openCertificate } from "./certificate.ts";
import { tryoutDirectory, tryoutStateFile } from "./paths.ts";
import { isRoot, lookupAccount } from "./privileges.ts";
import { makeSelfSigned } from "./selfsigned.ts";
import { notifyService, stopSignals } from "./service.ts";

test("a self-signed certificate is well-formed, for its name, for a year, and fits its key", () => {
  const clock = manualClock();
  const made = makeSelfSigned(domain("mail.example.org"), clock, seededRandom(1));
  const certificate = new X509Certificate(made.certificate);
  expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkHost("mail.example.org")).toBe("mail.example.org");
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkHost("other.example.org")).toBe(undefined);
  expect(["127.0.0.1", "::1"].map((address) => certificate.checkIP(address))).toEqual(["127.0.0.1", "::1"]);
  expect(certificate.checkIP("192.0.2.1")).toBe(undefined);
  expect(certificate.validFromDate.getTime()).toBe(clock.now() - 86_400_000);
  expect(certificate.validToDate.getTime()).toBe(clock.now() + 365 * 86_400_000);
  expect(certificate.serialNumber).not.toBe(
    new X509Certificate(makeSelfSigned(domain("a.example"), clock, seededRandom(2)).certificate).serialNumber,
  );
});

test("a self-signed certificate may end after 2049 and be for a long name", () => {
  const long = domain(`${"a".repeat(60)}.${"b".repeat(60)}.example.org`);
  const made = new X509Certificate(
    makeSelfSigned(long, { now: () => Date.UTC(2049, 6, 1) }, seededRandom(1)).certificate,
  );
  expect(made.validToDate.getUTCFullYear()).toBe(2050);
  expect(made.checkHost(long)).toBe(long);
});

test("a new certificate is read again; a bad one leaves the old in place", () => {
  const directory = mkdtempSync(join(tmpdir(), "surehop-cert-"));
  try {
    const files = { certificate: join(directory, "cert.pem"), key: join(directory, "key.pem") };
    const write = (credentials: { cert: string; key: string }): void => {
      writeFileSync(files.certificate, credentials.cert);
      writeFileSync(files.key, credentials.key);
    };
    const authority = makeAuthority();
    write(authority.issue({ names: ["a.example"] }));
    const served = openCertificate(files);
    const first = served.current();
    write(authority.issue({ names: ["b.example"] }));
    expect(served.reload().ok).toBe(true);
    const second = served.current();
    expect(second).not.toBe(first);
    writeFileSync(files.key, selfSigned({ names: ["c.example"] }).key);
    expect(served.reload()).toMatchObject({ ok: false, error: expect.stringContaining("does not belong") });
    writeFileSync(files.certificate, "nonsense");
    expect(served.reload().ok).toBe(false);
    expect(served.current()).toBe(second);
    expect(() => openCertificate(files)).toThrow();
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe("stopping", () => {
  test("the first signal stops, its echo is not a second, a second is", async () => {
    const clock = manualClock();
    const again: string[] = [];
    const signals = stopSignals(clock, (signal) => void again.push(signal));
    try {
      process.emit("SIGINT", "SIGINT");
      process.emit("SIGINT", "SIGINT");
      expect(await signals.stop).toBe("SIGINT");
      await clock.advance(299);
      process.emit("SIGTERM", "SIGTERM");
      expect(again).toEqual([]);
      await clock.advance(2);
      process.emit("SIGTERM", "SIGTERM");
      expect(again).toEqual(["SIGTERM"]);
    } finally {
      signals.dispose();
    }
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });
});

describe("telling systemd", () => {
  test("where nobody listens nothing is done", async () => {
    expect(await notifyService("ready", { PATH: "/nonexistent" })).toBe(true);
  });
  test("where somebody listens and cannot be told, that is said", async () => {
    expect(await notifyService("ready", { PATH: "/nonexistent", NOTIFY_SOCKET: "/run/nowhere" })).toBe(false);
  });
});

test("the try-out's directory follows XDG, and only absolute values of it", () => {
  expect(tryoutDirectory({ XDG_STATE_HOME: "/state" })).toBe("/state/surehop/tryout");
  expect(tryoutStateFile({ XDG_STATE_HOME: "/state" })).toBe("/state/surehop/tryout/tryout.json");
  for (const unset of [{}, { XDG_STATE_HOME: "" }, { XDG_STATE_HOME: "relative" }]) {
    expect(tryoutDirectory(unset)).toMatch(/^\/.*\/\.local\/state\/surehop\/tryout$/);
  }
});

test("accounts are found by name and number, and not made up", () => {
  expect(lookupAccount("root")).toMatchObject({ ok: true, value: { uid: 0, gid: 0 } });
  expect(lookupAccount("0")).toMatchObject({ ok: true, value: { uid: 0 } });
  expect(lookupAccount("no-such-user-here")).toEqual({ ok: false, error: "no-such-user" });
  expect(lookupAccount("root", "no-such-group-here")).toEqual({ ok: false, error: "no-such-group" });
  expect(lookupAccount("--help")).toEqual({ ok: false, error: "no-such-user" });
});

// Only root can drop privileges, and only a process of its own may, since there is no way back.
test.skipIf(!isRoot())("root is given up for good (skipped unless run as root)", () => {
  const file = JSON.stringify(fileURLToPath(new URL("./privileges.ts", import.meta.url)));
  const script = `
    const { dropPrivileges, lookupAccount } = await import(${file});
    const account = lookupAccount("nobody");
    dropPrivileges(account.value);
    let back = "no way back";
    try { process.setuid(0); back = "root again"; } catch {}
    console.log(process.getuid() === account.value.uid, process.getgroups().includes(0), back);
  `;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(run.stdout.trim()).toBe("true false no way back");
});
