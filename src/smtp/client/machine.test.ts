import { describe, expect, test } from "vitest";
import { address, domain, type EnvelopeRecipient } from "../../base/index.ts";
import type { HopRequirement } from "../../tls/index.ts";
import type { OutgoingMessage } from "../types.ts";
import { ClientMachine, type ClientActions } from "./machine.ts";

const host = domain("mx.example.org");
const none: HopRequirement = { host, level: "cleartext", proof: { kind: "none" } };
const given: HopRequirement = { ...none, skipTls: true };
const tls: HopRequirement = { host, level: "encrypted", proof: { kind: "any-tls" } };
const sure: HopRequirement = { host, level: "authenticated", proof: { kind: "rule-names", names: ["mx.example.org"] } };

/**
 * A dialogue reads like one: `S:` the peer says, `C:` the machine must say next, `!` the machine must report next.
 * `S:` lines are given CRLF; several `S:` in a row come as one piece. `~` lines are fed as they are.
 */
type Dialogue = readonly string[];

const greeted = ["S: 220 mx", "C: EHLO us.example"];
const plain = [...greeted, "S: 250 mx", "! opened", "! begin"];
const offered = [...greeted, "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS"];

describe("the way to an open session", () => {
  test.each<[string, HopRequirement, Dialogue]>([
    ["in clear, where that is allowed", none, [...greeted, "S: 250 mx", "! opened"]],
    [
      "TLS-2, trap 24 over TLS: EHLO is said again, and what was offered in clear is forgotten",
      tls,
      [
        ...greeted,
        "S: 250-mx",
        "S: 250-PIPELINING",
        "S: 250-SIZE 1",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 go",
        "! startTls",
        "! secured",
        "C: EHLO us.example",
        "S: 250-mx",
        "S: 250 DSN",
        "! opened dsn",
      ],
    ],
    ["TLS is taken where it is offered, though nothing asks for it", none, [...offered, "S: 220 go", "! startTls"]],
    [
      "cleartext by plan: STARTTLS is not tried",
      given,
      [...greeted, "S: 250-mx", "S: 250 STARTTLS", "! opened starttls"],
    ],
    [
      "giving TLS up counts only where cleartext is allowed",
      { ...sure, skipTls: true },
      [...offered, "S: 220 go", "! startTls"],
    ],
    [
      "an old server that knows HELO alone",
      none,
      [...greeted, "S: 502 what", "! refused ehlo 502", "C: HELO us.example", "S: 250 mx", "! opened"],
    ],
    ["a banner of many lines", none, ["S: 220-hello", "S: 220-there", "S: 220 mx", "C: EHLO us.example"]],
  ])("%s", (_, requirement, dialogue) => play(requirement, dialogue));
});

describe("strip-ehlo, refuse-starttls: what a hop that must be proven does not take", () => {
  test.each<[string, HopRequirement, Dialogue]>([
    ["STARTTLS gone", tls, [...greeted, "S: 250 mx", "! unproven starttls-missing, not offered"]],
    ["STARTTLS gone, authenticated", sure, [...greeted, "S: 250 mx", "! unproven starttls-missing, not offered"]],
    [
      "STARTTLS overwritten",
      sure,
      [...greeted, "S: 250-mx", "S: 250 XXXXXXXA", "! unproven starttls-missing, not offered"],
    ],
    [
      "STARTTLS as the greeting is no offer",
      sure,
      [...greeted, "S: 250 STARTTLS", "! unproven starttls-missing, not offered"],
    ],
    [
      "EHLO refused: no way back to HELO",
      sure,
      [...greeted, "S: 502 what", "! refused ehlo 502", "! unproven starttls-missing, not offered"],
    ],
    [
      "refused with 454",
      sure,
      [...offered, "S: 454 later", "! refused starttls 454", "! unproven starttls-refused, offered"],
    ],
    [
      "refused with 502, opportunistic: the plan decides what comes of it",
      none,
      [...offered, "S: 502 no", "! refused starttls 502", "! unproven starttls-refused, offered"],
    ],
    [
      "a 250 does not start TLS",
      sure,
      [...offered, "S: 250 sure", "! refused starttls 250", "! unproven starttls-refused, offered"],
    ],
    [
      "trap 23 a 5xx at the banner is only temporary",
      sure,
      ["S: 554 go away", "! refused banner 554", "! unproven starttls-missing, not offered"],
    ],
    [
      "trap 23 a 5xx at EHLO is only temporary",
      tls,
      [...greeted, "S: 550 go away", "! refused ehlo 550", "! unproven starttls-missing, not offered"],
    ],
  ])("%s", (_, requirement, dialogue) => play(requirement, dialogue));
});

describe("TLS-1 inject-response: bytes behind the 220", () => {
  test.each<[string, Dialogue]>([
    ["a whole reply", [...offered, "S: 220 go", "S: 250 mine", "! unproven injected-bytes, offered"]],
    ["a single byte", [...offered, "~ 220 go\r\nX", "! unproven injected-bytes, offered"]],
    ["a line end", [...offered, "~ 220 go\r\n\r\n", "! unproven injected-bytes, offered"]],
    [
      "in a piece of its own",
      [...offered, "S: 220 go", "! startTls", "S: 250 mine", "! unproven injected-bytes, offered"],
    ],
    [
      "the 220 itself before it was asked for",
      [...greeted, "S: 250-mx", "S: 250 STARTTLS", "S: 220 go", "! lost protocol-error"],
    ],
    ["the EHLO reply before it was asked for", ["S: 220 mx", "S: 250-mx", "S: 250 STARTTLS", "! lost protocol-error"]],
  ])("%s", (_, dialogue) => play(sure, dialogue));
});

describe("what else ends a session before it opens", () => {
  test.each<[string, HopRequirement, Dialogue]>([
    [
      "trap 27 421 at the banner is no missing STARTTLS",
      sure,
      ["S: 421 busy", "! refused banner 421", "! failed banner"],
    ],
    [
      "trap 27 a rate limit at EHLO is no missing STARTTLS",
      sure,
      [...greeted, "S: 450 slow", "! refused ehlo 450", "! failed ehlo"],
    ],
    ["5xx at the banner, nothing asked", none, ["S: 554 no", "! refused banner 554", "! failed banner"]],
    ["5xx at EHLO that is about us", none, [...greeted, "S: 550 no", "! refused ehlo 550", "! failed ehlo"]],
    [
      "HELO refused too",
      none,
      [
        ...greeted,
        "S: 500 ?",
        "! refused ehlo 500",
        "C: HELO us.example",
        "S: 550 no",
        "! refused ehlo 550",
        "! failed ehlo",
      ],
    ],
    [
      "inside TLS a 5xx is the peer's own word",
      sure,
      [
        ...offered,
        "S: 220 go",
        "! startTls",
        "! secured",
        "C: EHLO us.example",
        "S: 550 no",
        "! refused ehlo 550",
        "! failed ehlo",
      ],
    ],
    ["another service", none, ["S: 200 ready", "! lost protocol-error"]],
    ["no SMTP at all", none, ["S: SSH-2.0-x", "! lost protocol-error"]],
    ["a bare LF", none, ["~ 220 mx\n", "! lost protocol-error"]],
    ["a bare CR", none, ["~ 220 m\rx\r\n", "! lost protocol-error"]],
    ["codes that differ", none, ["S: 220-mx", "S: 250 mx", "! lost protocol-error"]],
    ["a line that never ends", none, [`~ 220 ${"x".repeat(3000)}`, "! lost protocol-error"]],
    ["lines that never end", none, [...Array.from({ length: 200 }, () => "S: 220-x"), "! lost protocol-error"]],
    ["closed", none, ["? closed", "! lost closed"]],
    ["silence", none, [...greeted, "? timeout", "! lost timeout"]],
    ["TLS-3 closed on STARTTLS", sure, [...offered, "? closed", "! unproven handshake-reset, offered"]],
    ["TLS-3 silence on STARTTLS", sure, [...offered, "? timeout", "! unproven handshake-timeout, offered"]],
    ["TLS-3 nonsense on STARTTLS", sure, [...offered, "S: \u0016\u0003", "! unproven handshake-garbage, offered"]],
  ])("%s", (_, requirement, dialogue) => play(requirement, dialogue));
});

const mail = "C: MAIL FROM:<ann@us.example>";
const bob = "C: RCPT TO:<bob@example.org>";
const cat = "C: RCPT TO:<cat@example.org>";
const pipelining = [...greeted, "S: 250-mx", "S: 250 PIPELINING", "! opened pipelining"];
const group = ["! begin two", mail, bob, cat, "C: DATA"];

describe("a transaction, step by step", () => {
  test.each<[string, Dialogue]>([
    [
      "delivered",
      [
        ...plain,
        mail,
        "S: 250 ok",
        bob,
        "S: 250 ok",
        "C: DATA",
        "S: 354 go",
        "! content data",
        "! sent",
        "S: 250 2.0.0 queued",
        "! delivered 250",
      ],
    ],
    [
      "one of two refused",
      [
        ...plain.slice(0, -1),
        "! begin two",
        mail,
        "S: 250 ok",
        bob,
        "S: 550 5.1.1 who",
        "! refused rcpt 550",
        cat,
        "S: 251 ok",
        "C: DATA",
        "S: 354 go",
        "! content data",
        "! sent",
        "S: 250 ok",
        "! rcpt 550; delivered 250",
      ],
    ],
    ["sender refused", [...plain, mail, "S: 550 no", "! refused mail 550", "! mail 550"]],
    [
      "all refused: the next transaction begins with RSET",
      [
        ...plain,
        mail,
        "S: 250 ok",
        bob,
        "S: 450 later",
        "! refused rcpt 450",
        "! rcpt 450",
        "! begin",
        "C: RSET",
        "S: 250 ok",
        mail,
      ],
    ],
    [
      "DATA refused",
      [
        ...plain,
        mail,
        "S: 250 ok",
        bob,
        "S: 250 ok",
        "C: DATA",
        "S: 451 no",
        "! refused data 451",
        "! data 451",
        "! begin",
        "C: RSET",
      ],
    ],
    [
      "refused at last: no RSET is needed",
      [
        ...plain,
        mail,
        "S: 250 ok",
        bob,
        "S: 250 ok",
        "C: DATA",
        "S: 354 go",
        "! content data",
        "! sent",
        "S: 554 spam",
        "! refused final 554",
        "! final 554",
        "! begin",
        mail,
      ],
    ],
    ["421 ends it", [...plain, mail, "S: 421 bye", "! refused mail 421", "! mail 421, over"]],
    [
      "RSET refused",
      [
        ...plain,
        mail,
        "S: 250 ok",
        bob,
        "S: 450 no",
        "! refused rcpt 450",
        "! rcpt 450",
        "! begin",
        "C: RSET",
        "S: 500 ?",
        "! lost protocol-error, over",
      ],
    ],
    ["354 to MAIL", [...plain, mail, "S: 354 go", "! lost protocol-error, over"]],
    [
      "250 to DATA",
      [...plain, mail, "S: 250 ok", bob, "S: 250 ok", "C: DATA", "S: 250 ok", "! lost protocol-error, over"],
    ],
  ])("%s", (_, dialogue) => play(none, dialogue));
});

describe("a transaction, pipelined", () => {
  test.each<[string, Dialogue]>([
    [
      "all commands in one write, replies in one piece",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "! content data",
        "! sent",
        "S: 250 ok",
        "! delivered 250; delivered 250",
      ],
    ],
    [
      "nobody accepted, DATA refused",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 550 no",
        "! refused rcpt 550",
        "S: 450 no",
        "! refused rcpt 450",
        "S: 503 nobody",
        "! rcpt 550; rcpt 450",
        "! begin two",
        "C: RSET",
        ...group.slice(1),
      ],
    ],
    [
      "nobody accepted, DATA accepted all the same: a lone dot",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 550 no",
        "! refused rcpt 550",
        "S: 550 no",
        "! refused rcpt 550",
        "S: 354 go",
        "C: .",
        "S: 250 nothing",
        "! rcpt 550; rcpt 550",
        ...group,
      ],
    ],
    [
      "sender refused",
      [
        ...pipelining,
        ...group,
        "S: 550 no",
        "! refused mail 550",
        "S: 503 ?",
        "S: 503 ?",
        "S: 503 ?",
        "! mail 550; mail 550",
      ],
    ],
    [
      "sender refused, DATA accepted all the same: a lone dot, and the refusal stands",
      [
        ...pipelining,
        ...group,
        "S: 550 no",
        "! refused mail 550",
        "S: 503 ?",
        "S: 503 ?",
        "S: 354 go",
        "C: .",
        "S: 250 ok",
        "! mail 550; mail 550",
      ],
    ],
    [
      "sender refused but everything after it accepted: nothing may be taken for a message",
      [
        ...pipelining,
        ...group,
        "S: 550 no",
        "! refused mail 550",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "! mail 550; mail 550, over",
      ],
    ],
    [
      "421 in the middle answers for all that have no answer",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 550 no",
        "! refused rcpt 550",
        "S: 421 bye",
        "! refused rcpt 421",
        "! rcpt 550; rcpt 421, over",
      ],
    ],
    [
      "one reply too many in the same piece",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "! content data",
        "! sent",
        "S: 250 ok",
        "S: 250 more",
        "! delivered 250; delivered 250",
        "! over",
      ],
    ],
    [
      "the final reply before the content is whole is no delivery",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "S: 250 ok",
        "! lost protocol-error; lost protocol-error, over",
      ],
    ],
    [
      "refused in the middle of the content",
      [
        ...pipelining,
        ...group,
        "S: 250 ok",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "! content data",
        "S: 552 full",
        "! refused final 552",
        "! final 552; final 552, over",
      ],
    ],
  ])("%s", (_, dialogue) => play(none, dialogue));
});

describe("a conversation that breaks off", () => {
  const inContent = [...plain, mail, "S: 250 ok", bob, "S: 250 ok", "C: DATA", "S: 354 go", "! content data"];
  test.each<[string, Dialogue]>([
    ["before the content", [...plain, mail, "? reset", "! lost reset, over"]],
    ["in the content: the peer cannot have the message", [...inContent, "? closed", "! lost closed, over"]],
    [
      "after the content: the peer may have the message",
      [...inContent, "! sent", "? closed", "! lost closed after data, over"],
    ],
    ["no final reply in time", [...inContent, "! sent", "? timeout", "! lost timeout after data, over"]],
    ["a final reply that is none", [...inContent, "! sent", "S: hello", "! lost protocol-error after data, over"]],
    ["while idle", [...plain.slice(0, -1), "? closed", "! over"]],
    ["421 while idle", [...plain.slice(0, -1), "S: 421 idle too long", "! over"]],
    [
      "half a line while idle: the next transaction does not trust it",
      [...plain.slice(0, -1), "~ 250", "! begin", "! lost protocol-error, over"],
    ],
  ])("%s", (_, dialogue) => play(none, dialogue));
});

describe("what the peer offers decides what is said", () => {
  const with8bit = { has8bit: true } as const;
  const long = { longestLine: 999 } as const;
  const bdat = [
    ...greeted,
    "S: 250-mx",
    "S: 250-PIPELINING",
    "S: 250 CHUNKING",
    "! opened pipelining chunking",
    "! begin",
    mail,
    bob,
  ];
  test.each<[string, readonly string[], Partial<OutgoingMessage>, Dialogue]>([
    ["SIZE", ["SIZE 1000"], { size: 1000 }, ["C: MAIL FROM:<ann@us.example> SIZE=1000"]],
    ["SIZE without a limit", ["SIZE"], { size: 9e9 }, ["C: MAIL FROM:<ann@us.example> SIZE=9000000000"]],
    ["over SIZE", ["SIZE 999"], { size: 1000 }, ["! cannot too-large"]],
    ["8BITMIME", ["8BITMIME"], with8bit, ["C: MAIL FROM:<ann@us.example> BODY=8BITMIME"]],
    ["8BITMIME, not needed", ["8BITMIME"], {}, [mail]],
    ["no 8BITMIME", [], with8bit, ["! cannot needs-8bitmime"]],
    ["SMTPUTF8", ["SMTPUTF8"], { needsUtf8: true }, ["C: MAIL FROM:<ann@us.example> SMTPUTF8"]],
    ["no SMTPUTF8", [], { needsUtf8: true }, ["! cannot needs-smtputf8"]],
    ["no SMTPUTF8, a sender that needs it", [], { from: address("änn@us.example") }, ["! cannot needs-smtputf8"]],
    [
      "no SMTPUTF8, a recipient that needs it",
      [],
      { recipients: [{ address: address("böb@example.org") }] },
      ["! cannot needs-smtputf8"],
    ],
    ["trap 29 no REQUIRETLS", [], { requireTls: true }, ["! cannot requiretls-unsupported"]],
    ["REQUIRETLS", ["REQUIRETLS"], { requireTls: true }, ["C: MAIL FROM:<ann@us.example> REQUIRETLS"]],
    ["a long line", [], long, ["! cannot line-too-long"]],
    ["the longest line", [], { longestLine: 998 }, [mail]],
    ["the null sender", [], { from: null }, ["C: MAIL FROM:<>"]],
    [
      "DSN",
      ["DSN"],
      {
        ret: "headers",
        envid: "a+b=c d",
        recipients: [recipient({ notify: ["success", "delay"], orcpt: "rfc822;bob+x@example.org" })],
      },
      [
        "C: MAIL FROM:<ann@us.example> RET=HDRS ENVID=a+2Bb+3Dc+20d",
        "S: 250 ok",
        "C: RCPT TO:<bob@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bx@example.org",
      ],
    ],
    [
      "trap 28 line ends in ENVID are encoded",
      ["DSN"],
      { envid: "a\r\nDATA" },
      ["C: MAIL FROM:<ann@us.example> ENVID=a+0D+0ADATA"],
    ],
    [
      "trap 28 an ORCPT without a proper type is left out",
      ["DSN"],
      { recipients: [recipient({ notify: "never", orcpt: "rfc 822\r\n;bob" })] },
      [mail, "S: 250 ok", "C: RCPT TO:<bob@example.org> NOTIFY=NEVER"],
    ],
    [
      "an internationalised ORCPT",
      ["DSN", "SMTPUTF8"],
      { recipients: [recipient({ orcpt: "utf-8;böb@example.org" })] },
      [mail, "S: 250 ok", "C: RCPT TO:<bob@example.org> ORCPT=utf-8;b\\x{F6}b@example.org"],
    ],
    [
      "no DSN: nothing of it is said",
      [],
      { ret: "full", envid: "x", recipients: [recipient({ notify: "never", orcpt: "rfc822;bob@example.org" })] },
      [mail, "S: 250 ok", bob],
    ],
  ])("%s", (_, extensions, message, dialogue) => {
    const lines = ["mx", ...extensions];
    const ehlo = lines.map((line, at) => `S: 250${at === lines.length - 1 ? " " : "-"}${line}`);
    play(none, [...greeted, ...ehlo, "! opened *", "! begin", ...dialogue], message);
  });
  test("a long line goes by BDAT", () => {
    play(
      none,
      [
        ...bdat,
        "S: 250 ok",
        "S: 250 ok",
        "! content bdat",
        "! chunk 1200",
        "C: BDAT 1200",
        "S: 250 ok",
        "! chunkTaken",
        "! last 2",
        "C: BDAT 2 LAST",
        "S: 250 ok",
        "! delivered 250",
      ],
      long,
    );
  });
  test("BDAT refused on the way", () => {
    play(
      none,
      [
        ...bdat,
        "S: 250 ok",
        "S: 250 ok",
        "! content bdat",
        "! chunk 1200",
        "C: BDAT 1200",
        "S: 452 full",
        "! refused final 452",
        "! final 452, over",
      ],
      long,
    );
  });
  test("BDAT, nobody accepted", () => {
    play(none, [...bdat, "S: 250 ok", "S: 550 no", "! refused rcpt 550", "! rcpt 550"], long);
  });
});

test("trap 28 a line end in an address never reaches the wire: nothing is written", () => {
  const { machine, log } = machineFor(none);
  feed(machine, "220 mx\r\n");
  feed(machine, "250 mx\r\n");
  log.length = 0;
  const evil = { local: "bob>\r\nDATA", domain: host, needsUtf8: false };
  expect(() => machine.begin(message({ recipients: [{ address: evil }] }))).toThrow(TypeError);
  expect(log).toEqual([]);
});

function play(requirement: HopRequirement, dialogue: Dialogue, overrides: Partial<OutgoingMessage> = {}): void {
  const { machine, log } = machineFor(requirement);
  let piece = "";
  const flush = (): void => {
    if (piece !== "") feed(machine, piece);
    piece = "";
  };
  for (const [at, step] of dialogue.entries()) {
    const text = step.slice(2).trimStart();
    if (step.startsWith("S:")) {
      piece += `${text}\r\n`;
      continue;
    }
    flush();
    if (step.startsWith("~")) feed(machine, text);
    else if (step.startsWith("?")) machine.lost(text as "closed", "detail");
    else if (step.startsWith("!") && act(machine, text, overrides)) continue;
    else {
      const wanted = step.startsWith("C:") ? `C: ${text}` : `! ${text}`;
      const got = log.shift();
      const matches = wanted.endsWith("*") ? got?.startsWith(wanted.slice(0, -2)) : got === wanted;
      if (matches !== true) expect(got, `step ${at} of ${JSON.stringify(dialogue)}`).toBe(wanted);
    }
  }
  flush();
  const last = dialogue.at(-1) ?? "";
  // A dialogue that ends in a command of ours leaves nothing else unsaid.
  expect(log, `after ${last}`).toEqual([]);
}

/** True if the step is something done to the machine. */
function act(machine: ClientMachine, text: string, overrides: Partial<OutgoingMessage>): boolean {
  const [verb, count] = text.split(" ");
  if (verb === "secured") machine.secured();
  else if (verb === "begin")
    machine.begin(
      message(count === "two" ? { recipients: [recipient({}), { address: address("cat@example.org") }] } : overrides),
    );
  else if (verb === "sent") machine.contentSent();
  else if (verb === "chunk" || verb === "last") machine.chunk(Number(count), verb === "last");
  else return false;
  return true;
}

function machineFor(requirement: HopRequirement): { machine: ClientMachine; log: string[] } {
  const log: string[] = [];
  const actions: ClientActions = {
    write: (text) =>
      log.push(
        ...text
          .split("\r\n")
          .slice(0, -1)
          .map((line) => `C: ${line}`),
      ),
    startTls: () => log.push("! startTls"),
    opened: (offers) => {
      const names = Object.entries(offers).filter(([name, offer]) => offer !== false && name !== "auth");
      log.push(`! opened ${names.map(([name]) => name).join(" ")}`.trimEnd());
    },
    failed: (failure) => {
      if (failure.kind === "unproven")
        log.push(`! unproven ${failure.fault}, ${failure.offeredTls ? "" : "not "}offered`);
      if (failure.kind === "refused") log.push(`! failed ${failure.stage}`);
      if (failure.kind === "lost") log.push(`! lost ${failure.why}`);
    },
    refused: (stage, reply) => log.push(`! refused ${stage} ${reply.code}`),
    sendContent: (mode) => log.push(`! content ${mode}`),
    chunkTaken: () => log.push("! chunkTaken"),
    finished: ({ recipients, reusable }) => {
      const results = recipients.map((result) => {
        if (result.kind === "delivered") return `delivered ${result.reply.code}`;
        if (result.kind === "refused") return `${result.stage} ${result.reply.code}`;
        if (result.kind === "cannot") return `cannot ${result.why}`;
        return `lost ${result.why}${result.afterData ? " after data" : ""}`;
      });
      log.push(`! ${results.join("; ")}${reusable ? "" : ", over"}`);
    },
    over: () => log.push("! over"),
  };
  return { machine: new ClientMachine({ ehloName: domain("us.example"), requirement }, actions), log };
}

function feed(machine: ClientMachine, text: string): void {
  machine.receive(Buffer.from(text, "latin1"));
}

function recipient(more: Partial<EnvelopeRecipient>): EnvelopeRecipient {
  return { address: address("bob@example.org"), ...more };
}

function message(overrides: Partial<OutgoingMessage>): OutgoingMessage {
  return {
    from: address("ann@us.example"),
    recipients: [recipient({})],
    size: 10,
    has8bit: false,
    longestLine: 8,
    needsUtf8: false,
    requireTls: false,
    inline: undefined,
    async *content() {},
    ...overrides,
  };
}
