/**
 * Lists of domains as they are passed around: one a line, with or without a rank (`1,example.org`), a scheme, a mailbox before an `@`, a
 * trailing dot, a comment behind `#`. Lists of whom to leave alone: domains, and networks besides.
 */
import { err, ok, parseDomain, parseIp, type DomainName, type IpAddress, type Result } from "../../base/index.ts";
import { isInside, parseNetwork, type Network } from "../../intake/index.ts";
import { scanLimits } from "./limits.ts";

/** Undefined: nothing stands there. */
export function readInputLine(line: string): Result<DomainName | undefined, "not-a-domain"> {
  if (line.length > scanLimits.inputLineMaxBytes) return err("not-a-domain");
  const bare = withoutComment(line);
  if (bare === "") return ok(undefined);
  const cells = bare.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const text = cells.length > 1 && /^\d+$/.test(cells[0] ?? "") ? (cells[1] ?? "") : (cells[0] ?? "");
  const name = text.replace(/^https?:\/\//i, "").replace(/\/.*$/, "");
  const parsed = parseDomain(name.slice(name.lastIndexOf("@") + 1));
  // A name of one label has no mail of its own, and an address is no domain.
  if (!parsed.ok || !parsed.value.includes(".") || parseIp(parsed.value).ok) return err("not-a-domain");
  return ok(parsed.value);
}

function withoutComment(line: string): string {
  return line
    .replace(/^\ufeff/, "")
    .replace(/#.*$/, "")
    .trim();
}

/** Who does not want to be looked at: domains with all below them, as recipients and as MX hosts, and addresses. */
export class OptOut {
  readonly #domains = new Set<DomainName>();
  readonly #networks: Network[] = [];

  get size(): number {
    return this.#domains.size + this.#networks.length;
  }

  /** False: it could not be read, or is one too many. */
  add(line: string): boolean {
    const bare = withoutComment(line);
    if (bare === "") return true;
    if (this.size >= scanLimits.optOutEntriesMax) return false;
    const network = parseNetwork(bare);
    if (network.ok) {
      this.#networks.push(network.value);
      return true;
    }
    const parsed = parseDomain(bare.replace(/^(?:\*\.|\.)/, "").replace(/^.*@/, ""));
    if (!parsed.ok) return false;
    this.#domains.add(parsed.value);
    return true;
  }

  hasDomain(name: DomainName): boolean {
    if (this.#domains.size === 0) return false;
    for (let from = 0; from >= 0; from = name.indexOf(".", from) + 1 || -1) {
      if (this.#domains.has(name.slice(from) as DomainName)) return true;
    }
    return false;
  }

  hasAddress(address: IpAddress): boolean {
    return this.#networks.length > 0 && isInside(address, this.#networks);
  }
}
