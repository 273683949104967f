/** The programs that the comparison needs: `test/peers/install.sh` brings them. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const packages: Readonly<Record<string, string>> = {
  unbound: "unbound",
  knotd: "knot",
  nsd: "nsd",
  "ldns-signzone": "ldnsutils",
  "dnssec-signzone": "bind9-utils",
};

/** Why the comparison cannot be run here, or undefined if it can. */
export function missingPrograms(): string | undefined {
  const missing = Object.keys(packages).filter((program) => find(program) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} not installed (apt-get install ${missing.map((program) => packages[program]).join(" ")})`;
}

/** The path of a program; daemons may lie where only root's PATH leads. */
export function programPath(name: string): string {
  return find(name) ?? name;
}

function find(name: string): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}
