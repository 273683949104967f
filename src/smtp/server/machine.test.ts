import { describe, expect, test } from "vitest";
import { drive, tlsOn } from "../../../test/support/server.ts";
import { limits, type SmtpReply } from "../../base/index.ts";
import type { AuthVerdict, ServerFeatures, ServerHandler } from "./types.ts";

const begin = "EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";
const plain = (user: string, password: string): string => Buffer.from(`\0${user}\0${password}`).toString("base64");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const submission: Partial<ServerFeatures> = { auth: "required", starttls: true };
const alice: Partial<ServerHandler> = {
  onAuth: ({ user, password }): AuthVerdict =>
    user === "alice" && password === "wonder" ? { kind: "accepted", user } : { kind: "refused" },
};

/** The codes of the replies, with their enhanced status where there is one. */
function codes(said: string): string[] {
  return said
    .split("\r\n")
    .filter((line) => /^\d{3} /.test(line))
    .map((line) => /^(\d{3} (?:\d\.\d{1,3}\.\d{1,3})?)/.exec(line)?.[1]?.trim() ?? line);
}

describe("commands, each after EHLO", () => {
  const rows: readonly (readonly [why: string, lines: string, expected: readonly string[]])[] = [
    ["NOOP", "NOOP\r\n", ["250 2.0.0"]],
    ["NOOP may carry a string", "NOOP hello\r\n", ["250 2.0.0"]],
    ["case does not matter", "nOoP\r\n", ["250 2.0.0"]],
    ["VRFY tells nothing", "VRFY alice\r\n", ["252 2.0.0"]],
    ["HELP", "HELP\r\n", ["214 2.0.0"]],
    ["RSET", "RSET\r\n", ["250 2.0.0"]],
    ["QUIT", "QUIT\r\n", ["221 2.0.0"]],
    ["unknown", "XYZZY\r\n", ["500 5.5.1"]],
    ["empty line", "\r\n", ["500 5.5.1"]],
    ["EXPN is not done", "EXPN list\r\n", ["502 5.5.1"]],
    ["STARTTLS where it is off", "STARTTLS\r\n", ["502 5.5.1"]],
    ["AUTH where it is off", "AUTH PLAIN\r\n", ["502 5.5.1"]],
    ["EHLO without a name", "EHLO\r\n", ["501 5.5.4"]],
    ["trap 28: an EHLO name with a space", "EHLO a b\r\n", ["501 5.5.4"]],
    ["trap 28: an EHLO name that would close the comment of Received", "EHLO x)(y\r\n", ["501 5.5.4"]],
    ["an address literal is a name", "EHLO [IPv6:2001:db8::1]\r\n", ["250"]],
    ["DATA with a parameter", "DATA now\r\n", ["501 5.5.4"]],
    ["RCPT without MAIL", "RCPT TO:<b@example.net>\r\n", ["503 5.5.1"]],
    ["DATA without MAIL", "DATA\r\n", ["503 5.5.1"]],
    ["DATA without a recipient", "MAIL FROM:<>\r\nDATA\r\n", ["250 2.1.0", "554 5.5.1"]],
    ["MAIL twice", "MAIL FROM:<>\r\nMAIL FROM:<>\r\n", ["250 2.1.0", "503 5.5.1"]],
    ["RSET ends a transaction", "MAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n", ["250 2.1.0", "250 2.0.0", "250 2.1.0"]],
    ["EHLO ends a transaction", "MAIL FROM:<>\r\nEHLO x\r\nMAIL FROM:<>\r\n", ["250 2.1.0", "250", "250 2.1.0"]],
    ["a space after the colon is borne", "MAIL FROM: <a@example.org>\r\n", ["250 2.1.0"]],
    ["no brackets", "MAIL FROM:a@example.org\r\n", ["501 5.1.7"]],
    ["a source route is dropped", "MAIL FROM:<@x.example,@y.example:a@example.org>\r\n", ["250 2.1.0"]],
    ["SIZE over the limit", `MAIL FROM:<> SIZE=${limits.messageMaxBytes + 1}\r\n`, ["552 5.3.4"]],
    ["SIZE at the limit", `MAIL FROM:<> SIZE=${limits.messageMaxBytes}\r\n`, ["250 2.1.0"]],
    ["SIZE that is no number", "MAIL FROM:<> SIZE=-1\r\n", ["501 5.5.4"]],
    ["a parameter twice", "MAIL FROM:<> SIZE=1 SIZE=1\r\n", ["501 5.5.4"]],
    ["an unknown parameter", "MAIL FROM:<> BY=1\r\n", ["555 5.5.4"]],
    ["BINARYMIME is not offered", "MAIL FROM:<> BODY=BINARYMIME\r\n", ["501 5.5.4"]],
    ["AUTH= where AUTH is off", "MAIL FROM:<> AUTH=<>\r\n", ["555 5.5.4"]],
    ["REQ-1: REQUIRETLS outside TLS", "MAIL FROM:<> REQUIRETLS\r\n", ["530 5.7.10"]],
    ["UTF-8 without SMTPUTF8", "MAIL FROM:<ä@example.org>\r\n", ["553 5.6.7"]],
    ["UTF-8 with SMTPUTF8", "MAIL FROM:<ä@example.org> SMTPUTF8\r\n", ["250 2.1.0"]],
    ["Postmaster without a domain", "MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n", ["250 2.1.0", "250 2.1.5"]],
    ["the null sender is no recipient", "MAIL FROM:<>\r\nRCPT TO:<>\r\n", ["250 2.1.0", "501 5.1.3"]],
    ["NOTIFY=NEVER alone", "MAIL FROM:<>\r\nRCPT TO:<a@b> NOTIFY=NEVER,DELAY\r\n", ["250 2.1.0", "501 5.5.4"]],
    [
      "trap 28: CR and LF in ORCPT",
      "MAIL FROM:<>\r\nRCPT TO:<a@b> ORCPT=rfc822;a+0D+0Ab\r\n",
      ["250 2.1.0", "501 5.5.4"],
    ],
    ["trap 28: NUL in ENVID", "MAIL FROM:<> ENVID=a+00b\r\n", ["501 5.5.4"]],
    ["trap 28: LF in ENVID", "MAIL FROM:<> ENVID=a+0Ab\r\n", ["501 5.5.4"]],
    ["trap 28: NUL in an address", "MAIL FROM:<a\0b@example.org>\r\n", ["500 5.5.2"]],
    ["trap 28: CR in an address", "MAIL FROM:<a\rb@example.org>\r\n", ["500 5.5.2"]],
    ["trap 28: LF in an address", "MAIL FROM:<a\nRCPT TO:<x@y>\r\n", ["500 5.5.2"]],
    ["trap 28: NEL in an address", "MAIL FROM:<a\u0085b@example.org> SMTPUTF8\r\n", ["500 5.5.2"]],
    ["TLS-8: a bare LF ends no command", "NOOP\nNOOP\r\n", ["500 5.5.2"]],
    ["a line as long as it may be", `NOOP ${"x".repeat(limits.commandLineMaxBytes - 7)}\r\n`, ["250 2.0.0"]],
    [
      "a line too long by one",
      `NOOP ${"x".repeat(limits.commandLineMaxBytes - 6)}\r\nNOOP\r\n`,
      ["500 5.5.2", "250 2.0.0"],
    ],
    ["a browser", "POST / HTTP/1.1\r\nNOOP\r\n", ["421 4.7.0"]],
    ["BDAT whose size nobody knows", "BDAT many\r\nNOOP\r\n", ["501 5.5.4"]],
    ["BDAT without a transaction is read to its end", "BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n", ["503 5.5.1", "250 2.0.0"]],
  ];
  test.each(rows)("%s", (_, lines, expected) => {
    const server = drive();
    server.tell("EHLO client.example\r\n");
    expect(codes(server.tell(lines))).toEqual(expected);
  });

  test("invalid UTF-8 in a command", () => {
    const server = drive();
    expect(codes(server.tell(Buffer.from("EHLO caf\xe9\r\n", "latin1")))).toEqual(["500 5.5.2"]);
  });

  test("MAIL before EHLO", () => {
    expect(codes(drive().tell("MAIL FROM:<>\r\n"))).toEqual(["503 5.5.1"]);
  });

  test("without ENHANCEDSTATUSCODES there are none", () => {
    expect(drive({ enhancedStatusCodes: false }).tell("NOOP\r\n")).toBe("250 Ok\r\n");
  });
});

describe("EHLO", () => {
  test("TLS-7, REQ-1: AUTH and REQUIRETLS are offered inside TLS alone, STARTTLS outside alone", () => {
    const outside = drive(submission, alice).tell("EHLO x\r\n");
    expect(outside).toContain("250-STARTTLS\r\n");
    expect(outside).not.toMatch(/AUTH|REQUIRETLS/);
    const inside = drive(submission, alice, { tls: true }).tell("EHLO x\r\n");
    expect(inside).toContain("250-AUTH PLAIN LOGIN\r\n");
    expect(inside).toContain("REQUIRETLS\r\n");
    expect(inside).not.toContain("STARTTLS");
  });

  test("what is off is not offered", () => {
    const off = { pipelining: false, chunking: false, dsn: false, size: false, smtpUtf8: false, eightBitMime: false };
    expect(drive({ ...off, enhancedStatusCodes: false }).tell("EHLO x\r\n")).toBe("250 mx.example.org\r\n");
  });

  test("HELO offers nothing", () => {
    expect(drive().tell("HELO x\r\n")).toBe("250 mx.example.org\r\n");
  });
});

describe("messages", () => {
  test("one by DATA, with every parameter", () => {
    const server = drive({}, {}, { tls: true });
    server.tell(
      "EHLO x\r\nMAIL FROM:<a@example.org> SIZE=30 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B1 REQUIRETLS\r\n",
    );
    server.tell(
      "RCPT TO:<b@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@example.net\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\n",
    );
    expect(codes(server.tell("DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\n"))).toEqual(["354", "250 2.0.0"]);
    expect(server.messages).toEqual([
      {
        mail: {
          from: { local: "a", domain: "example.org", needsUtf8: false },
          size: 30,
          body: "8bitmime",
          smtpUtf8: true,
          requireTls: true,
          ret: "headers",
          envid: "QQ+1",
        },
        recipients: [
          {
            address: { local: "b", domain: "example.net", needsUtf8: false },
            notify: ["success", "delay"],
            orcpt: "rfc822;Bob+x@example.net",
          },
          { address: { local: "c", domain: "d", needsUtf8: false }, notify: "never" },
        ],
        content: "Subject: hi\r\n\r\n.dot\r\n",
        facts: { size: 21, has8bit: false, headerHas8bit: false, longestLine: 11, hops: 0, hasNul: false },
      },
    ]);
  });

  test("one by BDAT, its pieces split across lines and a CRLF", () => {
    const server = drive();
    expect(codes(server.tell(`${begin}BDAT 3\r\na\r\rBDAT 4\r\n\n.\r\nBDAT 1 LAST\r\nz`))).toEqual(
      ["220", "250", "250 2.1.0", "250 2.1.5", "250 2.0.0", "250 2.0.0", "250 2.0.0"].slice(1),
    );
    expect(server.messages[0]?.content).toBe("a\r\n\r\n.\r\nz\r\n");
  });

  test("BDAT 0 LAST ends a message", () => {
    const server = drive();
    server.tell(`${begin}BDAT 3\r\na\r\nBDAT 0 LAST\r\n`);
    expect(server.messages[0]?.content).toBe("a\r\n");
  });

  test("DATA after BDAT, and RCPT after BDAT, are out of order", () => {
    const server = drive();
    expect(codes(server.tell(`${begin}BDAT 3\r\na\r\nRCPT TO:<x@y>\r\nDATA\r\n`)).slice(-2)).toEqual([
      "503 5.5.1",
      "503 5.5.1",
    ]);
  });

  test("RFC 2920: replies to a batch go out in one write", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\n`);
    expect(server.writes).toHaveLength(2);
    server.tell(`x\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\n`);
    expect(server.writes).toHaveLength(3);
    expect(codes(server.writes[2] ?? "")).toEqual(["250 2.0.0", "250 2.1.0", "250 2.1.5", "354"]);
  });

  test("commands behind a content whose fate is undecided wait for it, and their replies go out with its own", async () => {
    let decide: (reply: SmtpReply) => void = () => {};
    const server = drive({}, { onEnd: () => new Promise((resolve) => (decide = resolve)) });
    server.tell(`${begin}DATA\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n`);
    expect(server.machine.waiting).toBe(true);
    expect(codes(server.said())).toEqual(["220"]);
    decide({ code: 451, lines: ["later"] });
    await server.settle();
    expect(codes(server.writes.at(-1) ?? "")).toEqual([
      "250",
      "250 2.1.0",
      "250 2.1.5",
      "354",
      "451",
      "250 2.0.0",
      "221 2.0.0",
    ]);
    expect(server.effects).toEqual(["close"]);
  });

  test("input is held back while a decision is pending, and let go after it", async () => {
    let decide: (reply: SmtpReply) => void = () => {};
    const server = drive({}, { onEnd: () => new Promise((resolve) => (decide = resolve)) });
    server.tell(`${begin}DATA\r\nx\r\n.\r\n`);
    for (let chunk = 0; chunk < 9; chunk++) server.tell("NOOP\r\n".repeat(2000));
    expect(server.effects).toEqual(["pause"]);
    decide({ code: 250, lines: ["ok"] });
    await server.settle();
    expect(server.effects[1]).toBe("close"); // NOOP without end is not bounded by the pause alone
    const polite = drive({}, { onEnd: () => new Promise((resolve) => (decide = resolve)) });
    polite.tell(`${begin}DATA\r\nx\r\n.\r\n`);
    const large = `MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\n${"y\r\n".repeat(30_000)}`;
    polite.tell(large.slice(0, 50));
    polite.tell(large.slice(50));
    expect(polite.effects).toEqual(["pause"]);
    decide({ code: 250, lines: ["ok"] });
    await polite.settle();
    expect(polite.effects).toEqual(["pause", "resume"]);
  });

  test("a handler that throws costs the message, not the server", async () => {
    const boom = (): never => {
      throw new Error("boom");
    };
    for (const name of ["onMail", "onRcpt", "onData", "onContent", "onEnd"] as const) {
      for (const fault of [boom, () => Promise.reject(new Error("boom"))]) {
        const server = drive({}, { [name]: fault });
        server.tell("EHLO x\r\n");
        server.tell("MAIL FROM:<a@b>\r\n");
        await server.settle();
        server.tell("RCPT TO:<a@b>\r\n");
        await server.settle();
        server.tell("BDAT 3 LAST\r\nx\r\n");
        await server.settle();
        expect(server.said(), name).toContain("451 4.3.0");
        expect(server.errors, name).toHaveLength(1);
        expect(server.messages).toEqual([]);
        expect(codes(server.tell("RSET\r\nNOOP\r\n")), name).toEqual(["250 2.0.0", "250 2.0.0"]);
      }
    }
  });

  test("the handler's own refusals are said, and no reply can carry a line end", () => {
    const server = drive(
      {},
      { onRcpt: () => ({ code: 550, enhanced: "5.1.1", lines: ["no\r\n250 yes", "such user"] }) },
    );
    expect(server.tell(begin)).toMatch(/550-5\.1\.1 no\?\?250 yes\r\n550 5\.1\.1 such user\r\n$/);
  });
});

describe("limits", () => {
  test("a message that grows too large while it streams", () => {
    const server = drive({ messageMaxBytes: 100 });
    server.tell(`${begin}DATA\r\n`);
    server.tell("x".repeat(90));
    server.tell("x".repeat(90));
    expect(server.effects).toEqual(["abort"]);
    expect(codes(server.tell("\r\nQUIT\r\n.\r\nNOOP\r\n"))).toEqual(["552 5.3.4", "250 2.0.0"]);
    expect(server.messages).toEqual([]);
    expect(server.refusals).toEqual(["too-large"]);
  });

  test("a message of exactly the limit", () => {
    const server = drive({ messageMaxBytes: 100 });
    server.tell(`${begin}DATA\r\n${"x".repeat(98)}\r\n.\r\n`);
    expect(server.messages).toHaveLength(1);
  });

  test("a BDAT chunk that is too large is read to its end and refused", () => {
    const server = drive({ messageMaxBytes: 10 });
    expect(codes(server.tell(`${begin}BDAT 12\r\nQUIT\r\nQUIT\r\nNOOP\r\n`)).slice(-2)).toEqual([
      "552 5.3.4",
      "250 2.0.0",
    ]);
  });

  test("content that never ends is cut off", () => {
    const server = drive({ messageMaxBytes: 10 });
    server.tell(`${begin}DATA\r\n`);
    const chunk = Buffer.alloc(1_048_576, 120);
    for (let count = 0; count < 70 && !server.effects.includes("close"); count++) server.tell(chunk);
    expect(server.effects).toEqual(["abort", "close"]);
    expect(codes(server.writes.at(-1) ?? "")).toEqual(["552 5.3.4"]);
  });

  test("a command line that never ends is cut off", () => {
    const server = drive();
    for (let count = 0; count < 600 && !server.effects.includes("close"); count++) server.tell("x".repeat(2000));
    expect(server.effects).toEqual(["close"]);
  });

  test("recipients", () => {
    const server = drive({ recipientsMax: 2 });
    expect(codes(server.tell(`${begin}${"RCPT TO:<b@example.net>\r\n".repeat(2)}`)).slice(-2)).toEqual([
      "250 2.1.5",
      "452 4.5.3",
    ]);
  });

  test("a mail loop", () => {
    const server = drive({ hopsMax: 2 });
    const content = (hops: number): string => `${"Received: x\r\n".repeat(hops)}\r\nReceived: not a field\r\n.\r\n`;
    expect(codes(server.tell(`${begin}DATA\r\n${content(2)}`)).at(-1)).toBe("250 2.0.0");
    expect(codes(server.tell(`MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n${content(3)}`)).at(-1)).toBe("554 5.4.6");
    expect(server.messages).toHaveLength(1);
    expect(server.effects).toEqual(["abort"]);
  });

  test("TLS-8: NUL in content, which others leave out or take for an end; the next message is none the worse", () => {
    const server = drive();
    const data = (content: string): string => `MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n${content}.\r\n`;
    expect(codes(server.tell(`EHLO x\r\n${data("a: b\r\n\r\n\0.\r\n")}`)).at(-1)).toBe("554 5.6.0");
    expect(codes(server.tell("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nBDAT 3\r\na\0\nBDAT 2 LAST\r\nb\n")).at(-1)).toBe(
      "554 5.6.0",
    );
    expect(codes(server.tell(data("a: b\r\n"))).at(-1)).toBe("250 2.0.0");
    expect(server.messages).toHaveLength(1);
    expect(server.refusals).toEqual(["nul-in-content", "nul-in-content"]);
    expect(server.effects).toEqual(["abort", "abort"]);
  });

  test("bad commands", () => {
    const server = drive({ badCommandsMax: 3 });
    expect(codes(server.tell("X\r\nX\r\nX\r\nX\r\nNOOP\r\n"))).toEqual([
      "500 5.5.1",
      "500 5.5.1",
      "500 5.5.1",
      "500 5.5.1",
      "421 4.7.0",
    ]);
    expect(server.effects).toEqual(["close"]);
  });

  test("commands before AUTH", () => {
    const server = drive({ ...submission, commandsBeforeAuthMax: 2 }, alice, { tls: true });
    expect(codes(server.tell("EHLO x\r\nNOOP\r\nNOOP\r\n"))).toEqual(["250", "250 2.0.0", "421 4.7.0"]);
  });

  test("rejected recipients", () => {
    const server = drive({ rejectedRecipientsMax: 1 }, { onRcpt: () => ({ code: 550, lines: ["no"] }) });
    expect(codes(server.tell(`${begin}RCPT TO:<x@y>\r\nRCPT TO:<x@y>\r\n`)).slice(-3)).toEqual([
      "550",
      "550",
      "421 4.7.0",
    ]);
  });

  test("messages on one connection", () => {
    const server = drive({ messagesPerConnectionMax: 1 });
    expect(codes(server.tell(`${begin}BDAT 2 LAST\r\n\r\nMAIL FROM:<>\r\n`)).at(-1)).toBe("421 4.7.0");
  });

  test("commands that lead nowhere", () => {
    for (const command of ["NOOP", "RSET", "EHLO x", "VRFY a", "RCPT TO:<a@b>", "BDAT 0"]) {
      const server = drive({ recipientsMax: 10 });
      expect(codes(server.tell(`${command}\r\n`.repeat(1_020))).at(-1), command).toBe("421 4.7.0");
      expect(server.effects).toEqual(["close"]);
    }
  });

  test("silence", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\nhalf`);
    server.machine.timedOut();
    expect(codes(server.writes.at(-1) ?? "")).toEqual(["421 4.4.2"]);
    expect(server.effects).toEqual(["abort", "close"]);
    expect(server.refusals).toEqual(["timeout"]);
  });

  test("onConnect refuses", () => {
    const server = drive({}, { onConnect: () => ({ code: 421, enhanced: "4.7.0", lines: ["full"] }) });
    expect(server.said()).toBe("421 4.7.0 full\r\n");
    expect(server.effects).toEqual(["close"]);
    expect(server.tell("EHLO x\r\n")).toBe("");
  });
});

describe("STARTTLS", () => {
  test("TLS-2: all that was known is forgotten", () => {
    const server = drive({ starttls: true });
    server.tell(begin);
    expect(codes(server.tell("STARTTLS\r\n"))).toEqual(["220 2.0.0"]);
    expect(server.effects).toEqual(["starttls"]);
    server.machine.tlsStarted(tlsOn);
    expect(server.machine.session).toMatchObject({ hello: undefined, extended: false, tls: tlsOn, user: undefined });
    expect(codes(server.tell("RCPT TO:<a@b>\r\nMAIL FROM:<>\r\nSTARTTLS\r\n"))).toEqual([
      "503 5.5.1",
      "503 5.5.1",
      "503 5.5.1",
    ]);
  });

  const injections: readonly (readonly [string, string])[] = [
    ["a command behind it", "STARTTLS\r\nRSET\r\n"],
    ["half a command behind it", "STARTTLS\r\nR"],
    ["one byte behind it", "STARTTLS\r\n\0"],
  ];
  test.each(injections)("TLS-1: %s ends the connection as an attack", (_, lines) => {
    const server = drive({ starttls: true });
    server.tell("EHLO x\r\n");
    expect(codes(server.tell(lines))).toEqual(["421 4.7.0"]);
    expect(server.effects).toEqual(["close"]);
    expect(server.refusals).toEqual(["injected-bytes"]);
    expect(server.tell("RSET\r\n")).toBe("");
  });

  test("TLS-1: a byte between the 220 and the handshake", () => {
    const server = drive({ starttls: true });
    server.tell("EHLO x\r\nSTARTTLS\r\n");
    expect(server.tell("MAIL FROM:<a@b>\r\n")).toBe("");
    expect(server.effects).toEqual(["starttls", "close"]);
    expect(server.refusals).toEqual(["injected-bytes"]);
  });

  test("TLS-1: a byte that comes while the handler decides on STARTTLS", async () => {
    const server = drive({ starttls: true }, { onStartTls: () => Promise.resolve(undefined) });
    server.tell("EHLO x\r\nSTARTTLS\r\n");
    server.tell("RSET\r\n");
    await server.settle();
    expect(server.effects).toEqual(["close"]);
    expect(server.refusals).toEqual(["injected-bytes"]);
  });

  test("the handler may refuse it", () => {
    const server = drive({ starttls: true }, { onStartTls: () => ({ code: 454, enhanced: "4.7.0", lines: ["no"] }) });
    expect(codes(server.tell("EHLO x\r\nSTARTTLS\r\n")).slice(1)).toEqual(["454 4.7.0"]);
  });
});

describe("AUTH", () => {
  const login = (): string => `AUTH PLAIN ${plain("alice", "wonder")}\r\n`;
  const rows: readonly (readonly [why: string, lines: string, expected: readonly string[]])[] = [
    ["PLAIN with an initial response", login(), ["235 2.7.0"]],
    ["PLAIN without", `AUTH PLAIN\r\n${plain("alice", "wonder")}\r\n`, ["334", "235 2.7.0"]],
    ["PLAIN, acting as oneself", `AUTH PLAIN ${base64("alice\0alice\0wonder")}\r\n`, ["235 2.7.0"]],
    ["PLAIN, acting as somebody else", `AUTH PLAIN ${base64("bob\0alice\0wonder")}\r\n`, ["535 5.7.8"]],
    ["LOGIN", `AUTH LOGIN\r\n${base64("alice")}\r\n${base64("wonder")}\r\n`, ["334", "334", "235 2.7.0"]],
    [
      "LOGIN with an initial response",
      `auth login ${base64("alice")}\r\n${base64("wonder")}\r\n`,
      ["334", "235 2.7.0"],
    ],
    ["a wrong password", `AUTH PLAIN ${plain("alice", "x")}\r\n`, ["535 5.7.8"]],
    ["cancelled", "AUTH PLAIN\r\n*\r\n", ["334", "501 5.7.0"]],
    [
      "cancelled half-way, then done",
      `AUTH LOGIN\r\n${base64("alice")}\r\n*\r\n${login()}`,
      ["334", "334", "501 5.7.0", "235 2.7.0"],
    ],
    ["not base64", "AUTH PLAIN a b\r\nAUTH PLAIN ***\r\n", ["501 5.5.4", "501 5.5.2"]],
    ["an unknown mechanism", "AUTH CRAM-MD5\r\n", ["504 5.5.4"]],
    ["twice", `${login()}${login()}`, ["235 2.7.0", "503 5.5.1"]],
    ["MAIL without it", "MAIL FROM:<a@b>\r\n", ["530 5.7.0"]],
    ["MAIL with it, AUTH= ignored", `${login()}MAIL FROM:<a@b> AUTH=c+40d\r\n`, ["235 2.7.0", "250 2.1.0"]],
    ["trap 28: a user name with a line end", `AUTH PLAIN ${plain("al\r\nice", "wonder")}\r\n`, ["535 5.7.8"]],
    ["an empty response", "AUTH PLAIN =\r\n", ["501 5.5.4"]],
    ["a response of the longest size", `AUTH PLAIN ${plain("a".repeat(9000), "x")}\r\n`, ["535 5.7.8"]],
    [
      "a response longer than that",
      `AUTH PLAIN\r\n${"A".repeat(13_000)}\r\nNOOP\r\n`,
      ["334", "500 5.5.2", "250 2.0.0"],
    ],
  ];
  test.each(rows)("%s", (_, lines, expected) => {
    const server = drive(submission, alice, { tls: true });
    server.tell("EHLO x\r\n");
    expect(codes(server.tell(lines))).toEqual(expected);
  });

  test("TLS-7: outside TLS it is refused, whatever the password", () => {
    const server = drive(submission, alice);
    server.tell("EHLO x\r\n");
    expect(codes(server.tell(`${login()}MAIL FROM:<a@b>\r\n`))).toEqual(["538 5.7.11", "530 5.7.0"]);
    expect(server.machine.session.user).toBeUndefined();
  });

  test("failures end the connection", () => {
    const server = drive({ ...submission, authFailuresMax: 2 }, alice, { tls: true });
    server.tell("EHLO x\r\n");
    const wrong = `AUTH PLAIN ${plain("alice", "x")}\r\n`;
    expect(codes(server.tell(wrong + wrong + login()))).toEqual(["535 5.7.8", "535 5.7.8", "421 4.7.0"]);
    expect(server.effects).toEqual(["close"]);
  });

  test("454 when it cannot be decided", () => {
    const server = drive(submission, { onAuth: () => ({ kind: "unavailable" }) }, { tls: true });
    server.tell("EHLO x\r\n");
    expect(codes(server.tell(login()))).toEqual(["454 4.7.0"]);
  });
});

describe("the end", () => {
  test("shutting down: an idle connection ends at once", () => {
    const server = drive();
    server.machine.shutDown();
    expect(codes(server.writes.at(-1) ?? "")).toEqual(["421 4.3.2"]);
    expect(server.effects).toEqual(["close"]);
  });

  test("shutting down: a message under way ends well, and nothing is begun after it", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\nhalf`);
    server.machine.shutDown();
    expect(server.effects).toEqual([]);
    expect(codes(server.tell("\r\n.\r\nMAIL FROM:<>\r\n"))).toEqual(["250 2.0.0", "421 4.3.2"]);
    expect(server.messages).toHaveLength(1);
  });

  test("the connection breaks in the middle of content: the handler gives it up, once", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\nhalf`);
    server.machine.gone();
    server.machine.gone();
    expect(server.effects).toEqual(["abort", "gone"]);
  });

  test("the client has ended its side: what came whole is answered, then the connection is closed", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\nx\r\n.\r\nNOOP\r\nQUI`);
    server.machine.ended();
    expect(codes(server.said()).at(-1)).toBe("250 2.0.0");
    expect(server.messages).toHaveLength(1);
    expect(server.effects).toEqual(["close"]);
  });

  test("the client has ended its side in the middle of content: the handler gives it up", () => {
    const server = drive();
    server.tell(`${begin}DATA\r\nx\r\n.\r`);
    server.machine.ended();
    expect(server.messages).toEqual([]);
    expect(server.effects).toEqual(["abort", "close"]);
  });

  test("the client has ended its side while the handler decides: the answer is written first", async () => {
    const server = drive({}, { onRcpt: () => Promise.resolve(undefined) });
    server.tell(`${begin}BDAT 2 LAST\r\nx\nQUIT\r\n`);
    server.machine.ended();
    expect(server.effects).toEqual([]);
    await server.settle();
    expect(codes(server.said()).slice(-4)).toEqual(["250 2.1.0", "250 2.1.5", "250 2.0.0", "221 2.0.0"]);
    expect(server.effects).toEqual(["close"]);
  });

  test("the client has ended its side behind STARTTLS: nobody is left to shake hands with", () => {
    const server = drive({ starttls: true });
    server.tell("EHLO x\r\nSTARTTLS\r\n");
    server.machine.ended();
    expect(server.effects).toEqual(["starttls", "close"]);
  });

  test("the connection breaks while the handler still decides on DATA: what it opened is given up", async () => {
    const server = drive({}, { onData: () => Promise.resolve(undefined) });
    server.tell(`${begin}DATA\r\n`);
    server.machine.gone();
    await server.settle();
    expect(server.effects).toEqual(["gone", "abort"]);
  });

  test("the connection breaks while the message is being made durable: it is not given up", async () => {
    const server = drive({}, { onEnd: () => Promise.resolve({ code: 250, lines: ["ok"] }) });
    server.tell(`${begin}DATA\r\nx\r\n.\r\n`);
    server.machine.gone();
    await server.settle();
    expect(server.effects).toEqual(["gone"]);
  });
});
