/** Which of Debian's packages other senders of the lab are, and in which version they were put to the test. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** By the program that a sender has to have: its package, and where `test/peers/install.sh` unpacks it. */
const packages: Readonly<Record<string, readonly [name: string, folder?: string]>> = {
  postfix: ["postfix"],
  exim4: ["exim4-daemon-light", "exim"],
  sendmail: ["sendmail-bin", "sendmail"],
  smtpd: ["opensmtpd", "opensmtpd"],
};

/** `postfix 3.7.11-0+deb12u1`, and what it needs besides. */
export function packagesOf(root: string, sender: string, program: string): readonly string[] {
  const [name = program, folder] = packages[program] ?? [];
  const own = `${name} ${folder === undefined ? installed(name) : unpackedIn(root, name, folder)}`;
  const besides = sender.startsWith("postfix-mta-sts") ? ["postfix-mta-sts-resolver"] : [];
  return [own, ...[...besides, "unbound"].map((one) => `${one} ${installed(one)}`)];
}

function installed(name: string): string {
  return spawnSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" }).stdout?.trim() || "?";
}

/** What is unpacked is not in dpkg's books: its changelog begins with its version. */
function unpackedIn(root: string, name: string, folder: string): string {
  const changelog = join(root, "var/peers", folder, "usr/share/doc", name, "changelog.Debian.gz");
  if (!existsSync(changelog)) return installed(name);
  return /\((.*?)\)/.exec(gunzipSync(readFileSync(changelog)).toString("utf8"))?.[1] ?? "?";
}
