/**
 * Debian's Postfix as one hop of two: mail comes in at a door of its own, and goes to where it is told. What it decides about lines and
 * ends is its own; nothing is said about them but `smtpd_forbid_bare_newline`.
 */
import type { Endpoint } from "../../base/index.ts";
import type { HopSetting } from "../../threats/index.ts";
import { enclosureMissing } from "../enclose.ts";
import { handIn, type ClientPorts } from "./client.ts";
import { Ledger } from "./ledger.ts";
import type { PeerServer } from "./peer.ts";
import { launchPostfix, postfixMissing, shortWaits, type Settings } from "./postfix.ts";
import { findProgram, pause } from "./program.ts";
import type { Handed, LabMail, MailState, SenderWorld } from "./types.ts";

/** For recipients that it fits. `login`: over STARTTLS or not at all, with a password. */
export interface Way {
  readonly recipients: RegExp;
  readonly to: Endpoint;
  readonly login?: { readonly user: string; readonly password: string };
}

/** Why it cannot be started here, for people; undefined if it can. */
export function hopMissing(): string | undefined {
  const isThere = findProgram(passwordPlugins) !== undefined;
  const plugin = isThere ? undefined : "libsasl2-modules is not installed (apt-get install libsasl2-modules)";
  return enclosureMissing() ?? postfixMissing() ?? plugin;
}

const passwordPlugins = ["x86_64-linux-gnu/", "aarch64-linux-gnu/", ""].map(
  (place) => `/usr/lib/${place}sasl2/libplain.so`,
);

/** Rejects with an Error if it does not come up; throws a RangeError outside of an enclosure. The first way that fits is taken. */
export async function startPostfixHop(
  ports: ClientPorts,
  world: SenderWorld,
  setting: HopSetting,
  ways: readonly Way[],
): Promise<PostfixHop> {
  if (!world.isEnclosed) throw new RangeError("other mail servers are started in an enclosure alone");
  const ledger = new Ledger();
  const plan = {
    settings: { ...shortWaits, ...handingOn, ...lineEnds[setting] },
    services: [`${withPassword} unix - - n - - smtp -o smtp_tls_security_level=encrypt -o smtp_sasl_auth_enable=yes`],
    files: { ways: waysFile(ways), passwords: passwordsFile(ways) },
  };
  return new PostfixHop(ports, ledger, await launchPostfix(ports, world, plan, ledger));
}

export class PostfixHop {
  readonly at: Endpoint;
  readonly #ports: ClientPorts;
  readonly #ledger: Ledger;
  readonly #server: PeerServer;

  constructor(ports: ClientPorts, ledger: Ledger, server: PeerServer) {
    this.at = server.at;
    this.#ports = ports;
    this.#ledger = ledger;
    this.#server = server;
  }

  async submit(mail: LabMail): Promise<Handed> {
    const handed = await handIn(this.#ports, this.at, mail, (reply) => this.#server.idIn(reply));
    if (handed.kind === "accepted") this.#ledger.taken(handed.id);
    return handed;
  }

  /** The message's id, in a reply to content that others have handed in. */
  taken(reply: string): string | undefined {
    const id = this.#server.idIn(reply);
    if (id !== undefined) this.#ledger.taken(id);
    return id;
  }

  state(id: string): MailState {
    this.#server.look();
    return this.#ledger.state(id);
  }

  /** What the next hop said when it took the message; undefined if it has not. */
  handedOn(id: string): string | undefined {
    const said = this.#ledger.words(id).map((line) => /^to=<.* status=sent \((.*)\)$/.exec(line)?.[1]);
    return said.find((one) => one !== undefined);
  }

  /** Messages for this recipient that were taken, whatever became of them. */
  countOf(recipient: string): number {
    this.#server.look();
    return this.#ledger.countOf((line) => line.startsWith(`to=<${recipient}>, `));
  }

  words(id: string): readonly string[] {
    this.#server.look();
    return this.#ledger.words(id);
  }

  /** Has what waits tried again, as at a later time. */
  async tryAgain(): Promise<void> {
    this.#server.look();
    const ids = this.#ledger.expectRetries();
    if (ids.length === 0) return;
    await pause(this.#ports.clock, this.#server.backoffMs);
    await this.#server.tryAgain(ids);
  }

  end(): Promise<void> {
    return this.#server.end();
  }
}

const withPassword = "with-password";

const handingOn: Settings = {
  transport_maps: "regexp:$config_directory/ways",
  smtp_sasl_password_maps: "texthash:$config_directory/passwords",
  smtp_sasl_security_options: "",
  // Nobody is silent here but a machine that is busy.
  smtp_connect_timeout: "30s",
  smtp_helo_timeout: "60s",
  smtp_starttls_timeout: "60s",
  // Each message on a connection of its own: what passes there is its own.
  smtp_connection_cache_on_demand: "no",
};

/** Debian leaves it at `no`. Clients of its own network are exempt otherwise, and ours is one. */
const lineEnds: Readonly<Record<HopSetting, Settings>> = {
  careless: { smtpd_forbid_bare_newline: "no", cleanup_replace_stray_cr_lf: "no" },
  default: {},
  normalize: { smtpd_forbid_bare_newline: "normalize", smtpd_forbid_bare_newline_exclusions: "" },
  reject: { smtpd_forbid_bare_newline: "reject", smtpd_forbid_bare_newline_exclusions: "" },
};

function waysFile(ways: readonly Way[]): string {
  const lines = ways.map(({ recipients, to, login }) => {
    return `/${recipients.source}/ ${login === undefined ? "smtp" : withPassword}:${nextHop(to)}`;
  });
  // Its own notices are nobody's business.
  return [...lines, "/./ discard:", ""].join("\n");
}

function passwordsFile(ways: readonly Way[]): string {
  return ways
    .map(({ to, login }) => (login === undefined ? "" : `${nextHop(to)} ${login.user}:${login.password}\n`))
    .join("");
}

function nextHop({ address, port }: Endpoint): string {
  return `[${address}]:${port}`;
}
