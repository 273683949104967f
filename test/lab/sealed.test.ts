/**
 * Sealed mail, and mail that ought to have been: who runs the receiving server reads what passes, whatever is published and whoever sends; what
 * an author has sealed he does not. And the lab notices where an author is not as careful as he says, or a recipient's program not as strict.
 */
import { get } from "node:https";
import { beforeAll, describe, expect, test } from "vitest";
import { err, ok } from "../../src/base/index.ts";
import type { Validated } from "../../src/dns/index.ts";
import {
  isMismatch,
  openDirectory,
  openDns,
  openMessage,
  readWith,
  type Cell,
  type OpenWeb,
} from "../../src/lab/index.ts";
import { isExposed, receivers as allReceivers, type ReceiverId } from "../../src/threats/index.ts";
import { cellsOf, differences } from "./matrix.ts";

type Parts = NonNullable<Parameters<typeof cellsOf>[0]["author"]>;

const tellingReceivers: readonly ReceiverId[] = ["plain", "opportunistic", "signed", "ruled", "dane-ee", "sts-enforce"];

describe("read-at-hop", () => {
  let cells: readonly Cell[];

  beforeAll(async () => {
    cells = await cellsOf({ sender: "surehop", attacks: ["read-at-hop"] });
  }, 120_000);

  test("plain mail is read at every receiver that gets it at all, whatever it publishes and proves", () => {
    expect(differences(cells)).toEqual([]);
    expect(cells).toHaveLength(allReceivers.length);
    for (const { receiver, observed, evidence } of cells) {
      const isDelivered = evidence.control?.observed === "delivered";
      expect(isExposed(observed), receiver).toBe(isDelivered);
      if (!isDelivered) continue;
      expect(evidence.seen, receiver).toBe("at-hop");
      // Nobody misses anything.
      expect(evidence.shown, receiver).toEqual({ predicted: "as-written", observed: "as-written" });
    }
  });
});

describe("what is sealed, what was altered, and who has the key", () => {
  let cells: readonly Cell[];

  beforeAll(async () => {
    cells = await cellsOf({
      sender: "surehop",
      receivers: tellingReceivers,
      attacks: [
        "read-at-hop:altered",
        "read-at-hop:sealed",
        "read-at-hop:sealed-altered",
        "read-at-hop:sealed-replaced",
        "redirect-sealed",
        "forged-key",
        "forged-key:careless",
        "forged-key:web-self-signed",
        "forged-key:web-other-name",
        "forged-key:web-forged-ca",
        "forged-key:pinned",
      ],
    });
  }, 120_000);

  const of = (attack: string): readonly Cell[] => {
    const found = cells.filter((cell) => cell.attack === attack);
    expect(found).toHaveLength(tellingReceivers.length);
    return found;
  };
  const outcomes = (attack: string): Readonly<Record<string, string>> =>
    Object.fromEntries(of(attack).map(({ receiver, observed }) => [receiver, observed]));

  test("all is as predicted", () => expect(differences(cells)).toEqual([]));

  test("plain mail that was altered at a hop is read as if its author had written it", () => {
    for (const { evidence } of of("read-at-hop:altered")) expect(evidence.shown?.observed).toBe("altered");
  });

  test("sealed mail passes a reading hop unread, and is opened by its recipient", () => {
    for (const { observed, evidence } of of("read-at-hop:sealed")) {
      expect(observed).toBe("delivered");
      expect(evidence).toMatchObject({ seen: "nowhere", shown: { observed: "as-written" } });
      expect(evidence.attacker.sealedCopies).toBe(1);
    }
  });

  test.each(["read-at-hop:sealed-altered", "read-at-hop:sealed-replaced"])(
    "%s: the recipient is told, and shown nothing",
    (attack) => {
      for (const { observed, evidence } of of(attack)) {
        expect(observed).toBe("delivered");
        expect(evidence).toMatchObject({ seen: "nowhere", shown: { observed: "refused" } });
      }
    },
  );

  test("redirect-sealed: the octets are taken and nothing is read; where the hop is proven, not even that", () => {
    expect(outcomes("redirect-sealed")).toEqual({
      plain: "delivered",
      opportunistic: "delivered",
      signed: "held",
      ruled: "held",
      "dane-ee": "held",
      "sts-enforce": "held",
    });
    for (const { receiver, observed, evidence } of of("redirect-sealed")) {
      expect(evidence.attacker.sealedCopies, receiver).toBe(observed === "delivered" ? 1 : 0);
      expect(evidence.shown?.observed, receiver).toBe(observed === "delivered" ? "as-written" : undefined);
    }
  });

  test("RFC 7929 §5: a false key in the DNS deceives no careful author: unsigned he passes it over, bogus he waits", () => {
    for (const { receiver, evidence } of of("forged-key")) {
      const isSigned = receiver === "signed" || receiver === "dane-ee";
      expect(evidence.author, receiver).toEqual(isSigned ? { kept: "dns-failed" } : { key: "web" });
    }
  });

  test("a careless author is deceived where the zone is not signed, and nowhere else", () => {
    expect(outcomes("forged-key:careless")).toEqual({
      plain: "exposed-to-attacker",
      opportunistic: "exposed-to-attacker",
      signed: "held",
      ruled: "exposed-to-attacker",
      "dane-ee": "held",
      "sts-enforce": "exposed-to-attacker",
    });
  });

  test.each(["forged-key:web-self-signed", "forged-key:web-other-name"])("WKD §3.1: %s proves nothing", (attack) => {
    for (const { receiver, evidence } of of(attack)) {
      const isSigned = receiver === "signed" || receiver === "dane-ee";
      expect(evidence.author, receiver).toEqual(isSigned ? { key: "dns" } : { kept: "web-unproven" });
    }
  });

  test("a certificate that should never have been issued deceives on the web, and not where signed DNS has the key", () => {
    for (const { receiver, observed } of of("forged-key:web-forged-ca")) {
      const isSigned = receiver === "signed" || receiver === "dane-ee";
      expect(observed, receiver).toBe(isSigned ? "delivered" : "exposed-to-attacker");
    }
  });

  test("who has had the key before is not deceived at all", () => {
    for (const { observed, evidence } of of("forged-key:pinned")) {
      expect(observed).toBe("delivered");
      expect(evidence).toMatchObject({ author: { key: "pinned" }, shown: { observed: "as-written" } });
    }
  });
});

/** A resolver that believes what it is told, and calls it proven. */
const believesTheDns: Parts = {
  openDirectory(terms) {
    const { clock } = terms;
    const sound = openDirectory(terms);
    const resolver = openDns(terms);
    return {
      ...sound,
      async query(name, type) {
        const told = await resolver.ask(name, type, clock.monotonic() + 5_000);
        const records = told.ok ? told.value.answers.filter(({ data }) => data.type === type) : [];
        return { kind: "records", status: "secure", records } as unknown as Validated;
      },
      async close() {
        await resolver.close();
        await sound.close();
      },
    };
  },
};

/** HTTPS without a look at the certificate. */
const believesTheWeb: Parts = {
  openDirectory: (terms) => openDirectory({ ...terms, openWeb: openAnyonesWeb }),
};

const openAnyonesWeb: OpenWeb =
  ({ resolver, port }) =>
  async (host, path) => {
    const there = await resolver.a(host);
    const [address] = there.kind === "records" ? there.records : [];
    if (address === undefined) return err("unavailable");
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const about = { host: address, port, path, servername: host, headers: { host }, rejectUnauthorized: false };
    get(about, async (response) => resolve(Buffer.concat(await response.toArray()))).on("error", reject);
    return ok(await promise);
  };

/** A recipient's program that is content with a message that opens, whoever has signed it. */
const askForNoSignature: Parts = {
  async openMessage(content, terms) {
    for (const key of terms.keys) {
      const text = await readWith(content, key);
      if (text !== undefined) return { kind: "opened", text };
    }
    return openMessage(content, terms);
  },
};

describe("a planted mistake of the author's turns cells red", () => {
  const receivers: readonly ReceiverId[] = ["opportunistic", "dane-ee"];
  const attacks = [
    "forged-key",
    "forged-key:old-signature",
    "forged-key:web-self-signed",
    "forged-key:pinned",
    "read-at-hop:sealed",
    "read-at-hop:sealed-replaced",
  ];
  const red = (cells: readonly Cell[]): readonly string[] =>
    cells
      .filter(isMismatch)
      .map(({ attack, receiver, observed }) => `${attack} ${receiver} ${observed}`)
      .sort();

  test.each<[mistake: string, author: Parts, expected: readonly string[]]>([
    [
      "he takes any key that the DNS gives him",
      believesTheDns,
      [
        "forged-key dane-ee exposed-to-attacker",
        "forged-key opportunistic exposed-to-attacker",
        "forged-key:old-signature dane-ee exposed-to-attacker",
        "forged-key:old-signature opportunistic exposed-to-attacker",
        // And the true one, which was in the DNS of a domain that is not signed.
        "forged-key:web-self-signed opportunistic delivered",
      ],
    ],
    [
      "he takes any key from the web, whoever serves it",
      believesTheWeb,
      ["forged-key:web-self-signed opportunistic exposed-to-attacker"],
    ],
    [
      "the recipient's program asks for no signature",
      askForNoSignature,
      ["read-at-hop:sealed-replaced dane-ee delivered", "read-at-hop:sealed-replaced opportunistic delivered"],
    ],
  ])(
    "%s",
    async (_, author, expected) => {
      expect(red(await cellsOf({ sender: "surehop", receivers, attacks, author }))).toEqual(expected);
    },
    120_000,
  );

  test("and without one none is red", async () => {
    expect(red(await cellsOf({ sender: "surehop", receivers, attacks }))).toEqual([]);
  }, 120_000);
});
