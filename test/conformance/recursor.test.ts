import { describe, expect, test } from "vitest";
import { compareNames } from "./synthesis.ts";
import { entry, range, record, replayText, wire } from "./made-replay.cases.ts";
import { readReplay } from "./reader.ts";
import { createRecursor, type RecursorOptions } from "./recursor.ts";
import { rcodeWord, typeNumber } from "./registry.ts";
import { replyOf } from "./servers.ts";
import { zonesOf } from "./setting.ts";
import type { RawRecord } from "./zonetext.ts";

const [rootServer, exampleServer, otherServer] = ["192.0.2.53", "192.0.2.54", "192.0.2.55"];
const soa = record("example. SOA ns.example. host.example. 1 2 3 4 60");
const referral = {
  authority: [record("example. NS ns.example."), record("example. DS 1 8 2 00")],
  additional: [record(`ns.example. A ${exampleServer}`)],
};

interface Made {
  readonly ask: (name: string, type: string) => { rcode: string; answer: readonly string[]; authority: number };
  /** `192.0.2.53 UDP example A` */
  readonly asked: string[];
  pass: (seconds: number) => void;
}

function made(ranges: readonly string[], options: Partial<RecursorOptions> = {}, config?: readonly string[]): Made {
  const replay = readReplay(replayText({ ranges, steps: [], ...(config === undefined ? {} : { config }) }));
  if (!replay.ok) throw new Error(replay.error);
  const asked: string[] = [];
  let now = 0;
  const recursor = createRecursor({
    zones: zonesOf(replay.value.config),
    families: ["A", "AAAA"],
    aggressive: true,
    firstServer: 0,
    now: () => now,
    serve: (address, query) => {
      asked.push(`${address} ${query.transport} ${query.question.name}`);
      return replyOf(replay.value.ranges, 1, address, query);
    },
    ...options,
  });
  const told = ({ owner, type, rdata }: RawRecord): string => `${owner} ${type} ${Buffer.from(rdata).toString("hex")}`;
  return {
    asked,
    pass: (seconds) => void (now += seconds * 1000),
    ask: (name, type) => {
      const { rcode, answer, authority } = recursor.resolve(wire(name), typeNumber(type) ?? 0);
      return { rcode: rcodeWord(rcode), answer: answer.map(told), authority: authority.length };
    },
  };
}

const told = (line: string): string => {
  const { owner, type, rdata } = record(line);
  return `${owner} ${type} ${Buffer.from(rdata).toString("hex")}`;
};

const toExample = range(rootServer, [
  entry({ match: "opcode subdomain", adjust: "copy_id copy_query", question: "example. IN A", ...referral }),
]);

describe("the resolver that plays the upstream", () => {
  test("follows a referral, and remembers where it led", () => {
    const www = entry({ question: "www.example. IN A", answer: [record("www.example. A 192.0.2.1")] });
    const mail = entry({ question: "mail.example. IN A", answer: [record("mail.example. A 192.0.2.2")] });
    const { ask, asked } = made([toExample, range(exampleServer, [www, mail])]);
    expect(ask("www.example", "A")).toEqual({
      rcode: "NOERROR",
      answer: [told("www.example. A 192.0.2.1")],
      authority: 0,
    });
    ask("mail.example", "A");
    ask("www.example", "A");
    expect(asked).toEqual([
      `${rootServer} UDP www.example`,
      `${exampleServer} UDP www.example`,
      `${exampleServer} UDP mail.example`,
    ]);
  });

  test("answers a DS from the referral, asks the parent otherwise, and never the child", () => {
    const { ask, asked } = made([toExample]);
    expect(ask("example", "DS")).toEqual({ rcode: "NOERROR", answer: [told("example. DS 1 8 2 00")], authority: 0 });
    expect(asked).toEqual([`${rootServer} UDP example`]);
  });

  test("what time wears out is asked again, and TTLs count down", () => {
    const www = entry({ question: "www.example. IN A", answer: [record("www.example. 60 A 192.0.2.1")] });
    const { ask, asked, pass } = made([toExample, range(exampleServer, [www])]);
    ask("www.example", "A");
    pass(59);
    ask("www.example", "A");
    expect(asked).toHaveLength(2);
    pass(2);
    ask("www.example", "A");
    expect(asked).toHaveLength(3);
    pass(3600);
    ask("www.example", "A");
    expect(asked.slice(3)).toEqual([`${rootServer} UDP www.example`, `${exampleServer} UDP www.example`]);
  });

  test("follows aliases over zones, and keeps the denials beside them", () => {
    const alias = entry({
      question: "a.b.example. IN A",
      answer: [record("a.b.example. CNAME www.other.")],
      authority: [record("b.example. NSEC c.example. A"), record("example. NS ns.example.")],
    });
    const other = range(rootServer, [
      entry({ question: "www.other. IN A", answer: [record("www.other. A 192.0.2.9")] }),
    ]);
    const { ask } = made([other, toExample, range(exampleServer, [alias])]);
    expect(ask("a.b.example", "A")).toEqual({
      rcode: "NOERROR",
      answer: [told("a.b.example. CNAME www.other."), told("www.other. A 192.0.2.9")],
      authority: 1,
    });
  });

  test("makes the CNAME of a DNAME, for other names below it too", () => {
    const redirect = entry({ question: "x.d.example. IN A", answer: [record("d.example. DNAME t.example.")] });
    const targets = ["x", "y"].map((label) =>
      entry({ question: `${label}.t.example. IN A`, answer: [record(`${label}.t.example. A 192.0.2.3`)] }),
    );
    const { ask } = made([toExample, range(exampleServer, [redirect, ...targets])]);
    for (const label of ["x", "y"])
      expect(ask(`${label}.d.example`, "A").answer).toEqual([
        told("d.example. DNAME t.example."),
        told(`${label}.d.example. CNAME ${label}.t.example.`),
        told(`${label}.t.example. A 192.0.2.3`),
      ]);
  });

  test("a circle of aliases ends", () => {
    const [there, back] = [
      entry({ question: "a.example. IN A", answer: [record("a.example. CNAME b.example.")] }),
      entry({ question: "b.example. IN A", answer: [record("b.example. CNAME a.example.")] }),
    ];
    const { ask } = made([toExample, range(exampleServer, [there, back])]);
    expect(ask("a.example", "A")).toMatchObject({ rcode: "NOERROR", answer: { length: 2 } });
  });

  test("records of other people's names are not learned from a server", () => {
    const greedy = entry({
      question: "www.example. IN A",
      answer: [record("www.example. CNAME www.other."), record("www.other. A 192.0.2.66")],
    });
    expect(made([toExample, range(exampleServer, [greedy])]).ask("www.example", "A").rcode).toBe("SERVFAIL");
  });

  test("a silent, refusing or confused server is passed over", () => {
    const two = entry({
      match: "opcode subdomain",
      adjust: "copy_id copy_query",
      question: "example. IN A",
      authority: [
        record("example. NS ns.example."),
        record("example. NS ns2.example."),
        record("example. NS ns3.example."),
      ],
      additional: [
        record("ns.example. A 192.0.2.99"),
        record(`ns2.example. A ${otherServer}`),
        record(`ns3.example. A ${exampleServer}`),
      ],
    });
    const refusing = range(otherServer, [
      entry({ match: "opcode", adjust: "copy_id copy_query", reply: "QR REFUSED", question: "a. A" }),
    ]);
    const www = entry({ question: "www.example. IN A", answer: [record("www.example. A 192.0.2.1")] });
    const { ask, asked } = made([range(rootServer, [two]), refusing, range(exampleServer, [www])]);
    expect(ask("www.example", "A").rcode).toBe("NOERROR");
    expect(asked.slice(1).map((line) => line.split(" ")[0])).toEqual(["192.0.2.99", otherServer, exampleServer]);
    const turned = made([range(rootServer, [two]), range(exampleServer, [www])], { firstServer: 2 });
    turned.ask("www.example", "A");
    expect(turned.asked[1]).toContain(exampleServer);
  });

  test("a truncated answer is asked for over TCP", () => {
    const short = entry({ match: "opcode qname UDP", reply: "QR TC NOERROR", question: "www.example. IN A" });
    const whole = entry({
      match: "qname TCP",
      question: "www.example. A",
      answer: [record("www.example. A 192.0.2.1")],
    });
    const { ask, asked } = made([range(rootServer, [short, whole])]);
    expect(ask("www.example", "A").answer).toHaveLength(1);
    expect(asked).toEqual([`${rootServer} UDP www.example`, `${rootServer} TCP www.example`]);
  });

  test("an old server is asked without EDNS", () => {
    const old = entry({ match: "qname DO", reply: "QR FORMERR", question: "www.example. IN A" });
    const bare = entry({
      match: "qname noedns",
      question: "www.example. A",
      answer: [record("www.example. A 192.0.2.1")],
    });
    expect(made([range(rootServer, [old, bare])]).ask("www.example", "A").answer).toHaveLength(1);
  });

  test("name servers without glue are looked up; two that hold each other's address lead nowhere", () => {
    const refer = (zone: string, server: string): string =>
      entry({
        match: "subdomain",
        adjust: "copy_id copy_query",
        question: `${zone}. A`,
        authority: [record(`${zone}. NS ${server}.`)],
      });
    const address = entry({ question: "ns.other. IN A", answer: [record(`ns.other. A ${exampleServer}`)] });
    const www = entry({ question: "www.example. IN A", answer: [record("www.example. A 192.0.2.1")] });
    const { ask } = made([range(rootServer, [address, refer("example", "ns.other")]), range(exampleServer, [www])]);
    expect(ask("www.example", "A").rcode).toBe("NOERROR");
    const circle = made([range(rootServer, [refer("a", "ns.b"), refer("b", "ns.a")])]);
    expect(circle.ask("www.a", "A").rcode).toBe("SERVFAIL");
  });

  test("a forwarder is believed about every name, and asked about each alias that it leaves open", () => {
    const forward = ["forward-zone:", 'name: "."', `forward-addr: ${rootServer}`];
    const alias = entry({ question: "a.example. IN A", answer: [record("a.example. CNAME b.other.")] });
    const end = entry({ question: "b.other. IN A", answer: [record("b.other. A 192.0.2.1")] });
    const { ask } = made([range(rootServer, [alias, end])], {}, forward);
    expect(ask("a.example", "A").answer).toHaveLength(2);
  });

  test("a delegation that only a minimizing resolver finds is found", () => {
    const upper = range(rootServer, [entry({ question: "example. IN A", ...referral })]);
    const www = entry({ question: "www.example. IN A", answer: [record("www.example. A 192.0.2.1")] });
    expect(made([upper, range(exampleServer, [www])]).ask("www.example", "A").rcode).toBe("NOERROR");
  });

  const gap = [record("a.example. NSEC m.example. TXT"), record("example. NSEC a.example. NS SOA"), soa];
  const denied: readonly [name: string, type: string, rcode: string, why: string][] = [
    ["b.example", "A", "NXDOMAIN", "between the two ends, and no wildcard"],
    ["b.example", "DS", "NXDOMAIN", "for DS too"],
    ["a.example", "A", "NOERROR", "a type that the bitmap lacks"],
    ["z.example", "A", "SERVFAIL", "beyond both"],
    ["a.example", "TXT", "SERVFAIL", "a type that is there"],
  ];
  test.each(denied)("RFC 8198: %s %s is %s: %s", (name, type, rcode) => {
    const denial = entry({ reply: "QR AA NXDOMAIN", question: "c.example. IN A", authority: gap });
    const ranges = [toExample, range(exampleServer, [denial])];
    const willing = made(ranges);
    willing.ask("c.example", "A");
    expect(willing.ask(name, type).rcode).toBe(rcode);
    const unwilling = made(ranges, { aggressive: false });
    unwilling.ask("c.example", "A");
    expect(unwilling.ask(name, type).rcode).toBe("SERVFAIL");
  });
});

test("names stand in the order of RFC 4034 §6.1", () => {
  const names = String.raw`example a.example yljkjljk.a.example z.a.example zabc.a.example z.example \001.z.example *.z.example \200.z.example`;
  const ordered = names.split(" ").map(wire);
  expect(ordered.toReversed().sort(compareNames)).toEqual(ordered);
});
