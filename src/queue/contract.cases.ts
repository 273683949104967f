/** What every engine of the queue must do. `queueContract` is called from each engine's test. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  address,
  domain,
  limits,
  type DomainName,
  type Envelope,
  type Instant,
  type MailEvent,
  type MessageId,
  type StoryEntry,
} from "../base/index.ts";
import { manualClock, type ManualClock } from "../../test/support/clock.ts";
import {
  QueueError,
  type ContentFacts,
  type Lease,
  type Queue,
  type RecipientState,
  type Settlement,
} from "./index.ts";

/** One place where a queue is kept. */
export interface QueuePlace {
  /** Opens it, again after the last one was closed. */
  open(options: { readonly clock: ManualClock; readonly leaseMs: number }): Promise<Queue>;
  /** Removes it. */
  remove(): Promise<void>;
}

export const leaseMs = 60_000;
const nobody: ReadonlySet<DomainName> = new Set();
const hour = 3_600_000;

export function queueContract(name: string, makePlace: () => QueuePlace): void {
  describe(`the queue ${name}`, () => {
    let clock: ManualClock;
    let place: QueuePlace;
    let queue: Queue;

    beforeEach(async () => {
      clock = manualClock();
      place = makePlace();
      queue = await place.open({ clock, leaseMs });
    });

    afterEach(async () => {
      await queue.close();
      await place.remove();
    });

    const reopen = async (): Promise<void> => {
      await queue.close();
      queue = await place.open({ clock, leaseMs });
    };
    const put = (message: MessageToPut = {}): Promise<MessageId> => putMessage(queue, clock, message);
    const lease = (max = 100, except = nobody): Promise<readonly Lease[]> =>
      queue.lease({ now: clock.now(), max, except });
    const one = async (): Promise<Lease> => first(await lease(1));
    const stateOf = async (id: MessageId): Promise<string | undefined> =>
      (await queue.show(id))?.deliveries.map(({ state }) => state).join(" ");

    describe("taking mail in", () => {
      test("what was committed is leased with its envelope, facts and content, unattempted and without a memo", async () => {
        const id = await put({ to: ["b@example.net"], content: "Subject: hi\r\n\r\nhello\r\n" });
        const [lease, ...more] = await queue.lease({ now: clock.now(), max: 10, except: nobody });
        expect(more).toEqual([]);
        expect(lease?.delivery).toMatchObject({
          message: id,
          domain: "example.net",
          attempts: 0,
          memo: null,
          envelope: { from: address("a@example.org"), body: "7bit", receivedAt: clock.now() },
          recipients: [{ address: address("b@example.net"), state: { kind: "pending" } }],
          facts: { size: 22 },
        });
        expect(lease?.delivery.envelope).not.toHaveProperty("recipients");
        expect(lease?.leasedUntil).toBe(clock.now() + leaseMs);
        expect(await contentOf(lease)).toBe("Subject: hi\r\n\r\nhello\r\n");
      });

      test("a message id is 26 letters and digits, and never the same twice", async () => {
        const ids = Array.from({ length: 1000 }, () => queue.receive()).map((incoming) => incoming.id);
        for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{26}$/);
        expect(new Set(ids).size).toBe(1000);
      });

      test("everything in the envelope and of the recipients survives a restart", async () => {
        const envelope: Partial<Envelope> = {
          from: null,
          body: "8bitmime",
          smtpUtf8: true,
          requireTls: true,
          ret: "headers",
          envid: "an id; with 'quotes' and ümläute",
          user: "alice",
          language: "zh-CN",
        };
        const recipients = [
          { address: address("用户@example.net"), notify: ["success", "delay"], orcpt: "rfc822;x@example.net" },
          { address: address('"quoted one"@example.net'), notify: "never" },
        ] as const;
        const incoming = queue.receive();
        incoming.write(Buffer.from("x\r\n"));
        const facts: ContentFacts = { size: 3, has8bit: true, headerHas8bit: true, longestLine: 1 };
        const whole = { ...baseEnvelope(clock), ...envelope, recipients };
        await incoming.commit(whole, facts, { dueAt: clock.now(), events: [] });
        const before = first(await lease()).delivery;
        await reopen();
        const after = first(await lease()).delivery;
        expect(after).toEqual(before);
        expect(after.envelope).toMatchObject(envelope);
        expect(after.facts).toEqual(facts);
        expect(after.recipients).toEqual(recipients.map((recipient) => ({ ...recipient, state: { kind: "pending" } })));
      });

      test("recipients are grouped by domain: one delivery each, in the order of the envelope", async () => {
        const id = await put({ to: ["a@one.example", "b@two.example", "c@one.example", "d@three.example"] });
        const leases = await lease();
        const seen = leases.map(({ delivery }) => [delivery.domain, delivery.recipients.map((r) => r.address.local)]);
        expect(seen).toEqual([
          ["one.example", ["a", "c"]],
          ["two.example", ["b"]],
          ["three.example", ["d"]],
        ]);
        expect(new Set(leases.map(({ delivery }) => delivery.id)).size).toBe(3);
        expect(leases.every(({ delivery }) => delivery.message === id)).toBe(true);
      });

      test("a chunk may be reused by the writer after the call", async () => {
        const incoming = queue.receive();
        const chunk = Buffer.from("first");
        await incoming.write(chunk);
        chunk.write("XXXXX");
        await commit(incoming, clock, { content: "first" });
        expect(await contentOf(await one())).toBe("first");
      });

      test("an aborted message never was", async () => {
        const incoming = queue.receive();
        await incoming.write(bytes(200_000));
        await incoming.abort();
        await incoming.abort();
        expect(await lease()).toEqual([]);
        expect(await queue.show(incoming.id)).toBeUndefined();
        await expect(commit(incoming, clock, {})).rejects.toBeInstanceOf(QueueError);
      });

      test("a message is nowhere to be seen before its commit", async () => {
        const incoming = queue.receive();
        await incoming.write(Buffer.from("x"));
        expect(await queue.show(incoming.id)).toBeUndefined();
        expect(await queue.list({ which: "all" })).toEqual([]);
        await incoming.abort();
      });

      test("an empty message has empty content", async () => {
        await commit(queue.receive(), clock, { content: "" });
        expect(await contentOf(await one())).toBe("");
      });

      test.each([
        ["one byte", 1],
        ["as much as stays in the database", limits.inlineBodyMaxBytes],
        ["one byte more than that", limits.inlineBodyMaxBytes + 1],
        ["many pieces", 3_000_001],
      ])(
        "content of %s comes back byte for byte, as often as it is asked for, in pieces of at most 64 KiB",
        async (_, size) => {
          const content = bytes(size);
          const incoming = queue.receive();
          for (let at = 0; at < size; at += 60_000) await incoming.write(content.subarray(at, at + 60_000));
          await commit(incoming, clock, { size });
          const asked = await one();
          for (let time = 0; time < 2; time++) {
            const pieces: Uint8Array[] = [];
            for await (const piece of asked.content()) pieces.push(piece);
            expect(Buffer.concat(pieces).equals(content)).toBe(true);
            expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(65_536);
          }
          await reopen();
          expect(Buffer.from(await contentOf(await one()), "latin1").equals(content)).toBe(true);
        },
      );

      test("small content that was just accepted is at hand without streaming", async () => {
        await put({ content: "small\r\n" });
        expect(Buffer.from((await one()).inline ?? []).toString()).toBe("small\r\n");
      });

      test("two hundred commits at once are each leased once", async () => {
        const ids = await Promise.all(
          Array.from({ length: 200 }, (_, index) => put({ to: [`u@d${index % 7}.example`] })),
        );
        const leased = (await lease(500)).map(({ delivery }) => delivery.message);
        expect(leased.toSorted()).toEqual(ids.toSorted());
      });
    });

    describe("leasing", () => {
      test("the oldest due come first, none before its time", async () => {
        const now = clock.now();
        await put({ to: ["x@third.example"], dueAt: now - 1 });
        await put({ to: ["x@first.example"], dueAt: now - 3 });
        await put({ to: ["x@later.example"], dueAt: now + 1 });
        await put({ to: ["x@second.example"], dueAt: now - 2 });
        expect((await lease(2)).map(domainOf)).toEqual(["first.example", "second.example"]);
        expect((await lease(2)).map(domainOf)).toEqual(["third.example"]);
        await clock.advance(1);
        expect((await lease(2)).map(domainOf)).toEqual(["later.example"]);
      });

      test("domains in `except` are passed over and keep their turn", async () => {
        for (const name of ["a", "b", "a", "c", "a"]) await put({ to: [`x@${name}.example`] });
        const except = new Set([domain("a.example")]);
        expect((await lease(10, except)).map(domainOf)).toEqual(["b.example", "c.example"]);
        expect(await lease(10, except)).toEqual([]);
        expect((await lease(2)).map(domainOf)).toEqual(["a.example", "a.example"]);
        expect((await lease(2)).map(domainOf)).toEqual(["a.example"]);
      });

      test("a leased delivery is nobody else's until its time runs out, and then it is due again", async () => {
        await put();
        const held = await one();
        expect(await lease()).toEqual([]);
        await clock.advance(leaseMs - 1);
        expect(await lease()).toEqual([]);
        await clock.advance(1);
        const again = await one();
        expect(again.delivery).toEqual(held.delivery);
      });

      test("a lease that ran out and was taken by another is lost; the other's counts", async () => {
        const id = await put();
        const late = await one();
        await clock.advance(leaseMs);
        const other = await one();
        await expect(queue.settle(late, delivered(late, clock))).rejects.toMatchObject({ code: "lost" });
        await expect(queue.giveBack(late, clock.now())).rejects.toMatchObject({ code: "lost" });
        await expect(queue.extend(late)).rejects.toMatchObject({ code: "lost" });
        await queue.settle(other, delivered(other, clock));
        expect(await stateOf(id)).toBe("done");
      });

      test("a lease that ran out and that nobody took can still be settled: no second copy for a slow reply", async () => {
        const id = await put();
        const late = await one();
        await clock.advance(leaseMs * 2);
        await queue.nextDue();
        await queue.settle(late, delivered(late, clock));
        expect(await stateOf(id)).toBe("done");
        expect(await lease()).toEqual([]);
      });

      test("an extended lease lasts its time anew", async () => {
        await put();
        const mine = await one();
        await clock.advance(leaseMs - 1);
        await queue.extend(mine);
        expect(mine.leasedUntil).toBe(clock.now() + leaseMs);
        await clock.advance(leaseMs - 1);
        expect(await lease()).toEqual([]);
        await clock.advance(1);
        expect(await lease()).toHaveLength(1);
      });

      test("a lease given back is due at the time given, its attempts not counted", async () => {
        await put();
        await queue.giveBack(await one(), clock.now() + hour);
        expect(await lease()).toEqual([]);
        expect(await queue.nextDue()).toBe(clock.now() + hour);
        await clock.advance(hour);
        expect((await one()).delivery.attempts).toBe(0);
      });

      test("a lease is settled or given back once", async () => {
        await put();
        const mine = await one();
        await queue.settle(mine, deferred(mine, clock.now()));
        await expect(queue.settle(mine, deferred(mine, clock.now()))).rejects.toMatchObject({ code: "lost" });
        await expect(queue.giveBack(mine, clock.now())).rejects.toMatchObject({ code: "lost" });
      });

      test("what was leased when the process ended is waiting at the next start", async () => {
        await put();
        const before = await one();
        await queue.extend(before);
        await reopen();
        expect(await queue.depth()).toEqual({ waiting: 1, leased: 0, held: 0 });
        expect((await one()).delivery).toEqual(before.delivery);
      });
    });

    describe("settling", () => {
      test("states, attempts, memo and due time are kept, across a restart too", async () => {
        await put({ to: ["a@example.net", "b@example.net"] });
        const mine = await one();
        const recipients: RecipientState[] = [
          { kind: "delivered", at: clock.now(), level: "authenticated", host: "mx.example.net" },
          { kind: "pending" },
        ];
        const memo = { history: { tlsFailures: 2 }, list: [1, null, "ü"] };
        await queue.settle(mine, { recipients, dueAt: clock.now() + hour, memo, events: [] });
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await lease()).toEqual([]);
          expect(await queue.nextDue()).toBe(clock.now() + hour);
        }
        await clock.advance(hour);
        const { delivery } = await one();
        expect(delivery.attempts).toBe(1);
        expect(delivery.memo).toEqual(memo);
        expect(delivery.recipients.map(({ state }) => state)).toEqual(recipients);
      });

      test("a message whose deliveries are all done is never leased again, and keeps its story", async () => {
        const id = await put({ to: ["a@one.example", "b@two.example"] });
        const [one, two] = await lease();
        await queue.settle(must(one), delivered(one, clock));
        expect(await stateOf(id)).toBe("done leased");
        expect(await contentOf(two)).toBe("hello\r\n");
        await queue.settle(must(two), bounced(two, clock));
        await clock.advance(hour);
        expect(await lease()).toEqual([]);
        expect(await queue.nextDue()).toBeUndefined();
        const shown = await queue.show(id);
        expect(shown?.deliveries.flatMap(({ recipients }) => recipients.map(({ state }) => state.kind))).toEqual([
          "delivered",
          "bounced",
        ]);
        expect(shown?.story.map(({ event }) => event.code)).toEqual(["accepted", "delivered", "bounced"]);
      });

      test("a settlement names a state for each recipient, or it is a bug of the caller's", async () => {
        await put({ to: ["a@example.net", "b@example.net"] });
        const mine = await one();
        const short = { ...delivered(mine, clock), recipients: [{ kind: "pending" } as const] };
        await expect(queue.settle(mine, short)).rejects.toThrow(TypeError);
        await queue.settle(mine, delivered(mine, clock));
      });

      test("many settlements at once are all kept", async () => {
        const ids = await Promise.all(Array.from({ length: 150 }, () => put()));
        const leases = await lease(150);
        await Promise.all(leases.map((mine) => queue.settle(mine, delivered(mine, clock))));
        await reopen();
        for (const id of ids) expect(await stateOf(id)).toBe("done");
      });
    });

    describe("when something is due", () => {
      test("nextDue is the earliest of what waits, and undefined if nothing does", async () => {
        expect(await queue.nextDue()).toBeUndefined();
        await put({ dueAt: clock.now() + 5_000 });
        await put({ dueAt: clock.now() + 3_000 });
        expect(await queue.nextDue()).toBe(clock.now() + 3_000);
        await clock.advance(3_000);
        const mine = await one();
        expect(await queue.nextDue()).toBe(clock.now() + 2_000);
        await queue.settle(mine, deferred(mine, clock.now() + 1_000));
        expect(await queue.nextDue()).toBe(clock.now() + 1_000);
        await reopen();
        expect(await queue.nextDue()).toBe(clock.now() + 1_000);
      });

      test("onReady is called for a new message, for one put off, and for the operator's hand", async () => {
        let calls = 0;
        queue.onReady(() => calls++);
        const told = async (): Promise<boolean> => {
          await clock.advance(0);
          const was = calls > 0;
          calls = 0;
          return was;
        };
        const id = await put();
        expect(await told()).toBe(true);
        await queue.giveBack(await one(), clock.now() + hour);
        expect(await told()).toBe(true);
        await queue.retry(id, clock.now(), "op");
        expect(await told()).toBe(true);
        await queue.hold(id, clock.now(), "op");
        await told();
        await queue.release(id, clock.now(), "op");
        expect(await told()).toBe(true);
      });
    });

    describe("the story", () => {
      test("events come back in the order in which they were written, even if the clock went back", async () => {
        const id = await put();
        await clock.advance(10_000);
        await queue.tell(id, [{ at: clock.now(), event: { code: "retry-asked", by: "one" } }]);
        const mine = await one();
        const early: StoryEntry[] = ["x", "y"].map((message) => ({
          at: clock.now() - 50_000,
          event: { code: "bounce-sent", message },
        }));
        await queue.settle(mine, { ...deferred(mine, clock.now()), events: early });
        await queue.tell(id, [{ at: clock.now(), event: { code: "retry-asked", by: "two" } }]);
        const expected = ["accepted", "retry-asked one", "bounce-sent x", "bounce-sent y", "retry-asked two"];
        expect(await storyOf(queue, id)).toEqual(expected);
        await reopen();
        expect(await storyOf(queue, id)).toEqual(expected);
      });

      test("a story past its limit keeps its beginning and its latest, and says how much it left out", async () => {
        const id = await put();
        const rounds = 8;
        for (let round = 0; round < rounds; round++) {
          const mine = await one();
          const events = Array.from({ length: 100 }, (_, index) => note(clock.now(), `${round * 100 + index}`));
          await queue.settle(mine, { ...deferred(mine, clock.now()), events });
        }
        const shown = must(await queue.show(id));
        const texts = await storyOf(queue, id);
        expect(texts.length).toBeLessThanOrEqual(limits.storyEventsMax);
        expect(texts.length).toBeGreaterThan(limits.storyEventsMax - 10);
        expect(texts.slice(0, 3)).toEqual(["accepted", "bounce-sent 0", "bounce-sent 1"]);
        expect(texts.at(-1)).toBe(`bounce-sent ${rounds * 100 - 1}`);
        expect((shown.omitted ?? 0) + texts.length).toBe(rounds * 100 + 1);
      });

      test("telling a message that is not there is nothing", async () => {
        await queue.tell("0".repeat(26) as MessageId, [note(0, "x")]);
        await queue.tell("no such thing" as MessageId, [note(0, "x")]);
        expect(await queue.list({ which: "all" })).toEqual([]);
      });
    });

    describe("the operator's hand", () => {
      test("a held message waits until it is released", async () => {
        const id = await put();
        expect(await queue.hold(id, clock.now(), "eve")).toBe(true);
        expect(await queue.hold(id, clock.now(), "eve")).toBe(false);
        expect(await queue.depth()).toEqual({ waiting: 0, leased: 0, held: 1 });
        await clock.advance(hour);
        expect(await lease()).toEqual([]);
        expect(await queue.nextDue()).toBeUndefined();
        await reopen();
        expect(await lease()).toEqual([]);
        expect(await queue.release(id, clock.now(), "eve")).toBe(true);
        expect(await queue.release(id, clock.now(), "eve")).toBe(false);
        expect(await lease()).toHaveLength(1);
        expect(await storyOf(queue, id)).toEqual(["accepted", "held eve", "released eve"]);
      });

      test("a message can be accepted held", async () => {
        const id = await put({ held: true });
        expect(await stateOf(id)).toBe("held");
        expect(await lease()).toEqual([]);
        await queue.release(id, clock.now(), "op");
        expect(await lease()).toHaveLength(1);
      });

      test("a leased delivery is held when its attempt ends", async () => {
        const id = await put();
        const mine = await one();
        expect(await queue.hold(id, clock.now(), "op")).toBe(true);
        expect(await stateOf(id)).toBe("leased");
        expect(await queue.depth()).toEqual({ waiting: 0, leased: 1, held: 0 });
        await queue.settle(mine, deferred(mine, clock.now()));
        expect(await stateOf(id)).toBe("held");
        expect(await queue.depth()).toEqual({ waiting: 0, leased: 0, held: 1 });
        expect(await lease()).toEqual([]);
      });

      test("held while leased and given back, or run out, it is held too", async () => {
        const ids = [await put(), await put()];
        const [given] = await lease();
        for (const id of ids) await queue.hold(id, clock.now(), "op");
        await queue.giveBack(must(given), clock.now());
        await clock.advance(leaseMs);
        expect(await lease()).toEqual([]);
        expect(await queue.depth()).toEqual({ waiting: 0, leased: 0, held: 2 });
      });

      test("a delivery that ends well while held is done", async () => {
        const id = await put();
        const mine = await one();
        await queue.hold(id, clock.now(), "op");
        await queue.settle(mine, delivered(mine, clock));
        expect(await stateOf(id)).toBe("done");
        expect(await queue.release(id, clock.now(), "op")).toBe(false);
      });

      test("retry makes a waiting message due at once; a held or finished one stays as it is", async () => {
        const id = await put({ dueAt: clock.now() + hour });
        const held = await put({ held: true });
        expect(await lease()).toEqual([]);
        expect(await queue.retry(id, clock.now(), "op")).toBe(true);
        expect(await queue.retry(held, clock.now(), "op")).toBe(false);
        const mine = await one();
        expect(mine.delivery.message).toBe(id);
        await queue.settle(mine, delivered(mine, clock));
        expect(await queue.retry(id, clock.now(), "op")).toBe(false);
        expect(await stateOf(held)).toBe("held");
      });

      test("a deleted message is gone, content and story, small or large", async () => {
        const ids = [await put(), await put({ size: 100_000 })];
        for (const id of ids) {
          expect(await queue.delete(id, clock.now(), "op")).toBe(true);
          expect(await queue.delete(id, clock.now(), "op")).toBe(false);
          expect(await queue.show(id)).toBeUndefined();
        }
        expect(await lease()).toEqual([]);
        expect(await queue.list({ which: "all" })).toEqual([]);
        expect(await queue.depth()).toEqual({ waiting: 0, leased: 0, held: 0 });
      });

      test.each([
        ["settled", (mine: Lease) => queue.settle(mine, deferred(mine, clock.now()))],
        ["settled as delivered", (mine: Lease) => queue.settle(mine, delivered(mine, clock))],
        ["given back", (mine: Lease) => queue.giveBack(mine, clock.now())],
        ["run out", () => clock.advance(leaseMs)],
      ])("a leased message is deleted when its attempt has ended: %s", async (_, end) => {
        const id = await put({ size: 100_000 });
        const other = await put();
        const [mine] = await lease(1);
        expect(await queue.delete(id, clock.now(), "op")).toBe(true);
        expect(await queue.show(id)).toBeUndefined();
        expect(await queue.depth()).toEqual({ waiting: 1, leased: 1, held: 0 });
        expect((await contentOf(mine)).length).toBe(100_000);
        await end(must(mine));
        expect((await lease()).map(({ delivery }) => delivery.message)).toEqual([other]);
        await reopen();
        expect((await queue.list({ which: "all" })).map((message) => message.id)).toEqual([other]);
      });

      test("a finished message can be deleted", async () => {
        const id = await put();
        const mine = await one();
        await queue.settle(mine, delivered(mine, clock));
        expect(await queue.delete(id, clock.now(), "op")).toBe(true);
        expect(await queue.show(id)).toBeUndefined();
      });

      test.each([
        ["an id of another message's shape", "0123456789ABCDEFGHJKMNPQRS"],
        ["an id that is none", "'; DROP TABLE message; --"],
        ["nothing", ""],
      ])("%s: nothing happens", async (_, text) => {
        const id = text as MessageId;
        await put();
        expect(await queue.show(id)).toBeUndefined();
        for (const verb of ["hold", "release", "retry", "delete"] as const)
          expect(await queue[verb](id, clock.now(), "op")).toBe(false);
        expect(await queue.depth()).toEqual({ waiting: 1, leased: 0, held: 0 });
      });

      test("whoever knows half of an id knows nothing", async () => {
        const id = await put();
        const guessed = (id.slice(0, -1) + (id.endsWith("0") ? "1" : "0")) as MessageId;
        expect(await queue.show(guessed)).toBeUndefined();
        expect(await queue.delete(guessed, clock.now(), "op")).toBe(false);
      });
    });

    describe("listing", () => {
      test("open, finished and all, oldest first, in pages", async () => {
        const ids: MessageId[] = [];
        for (let index = 0; index < 25; index++) ids.push(await put({ to: [`u@d${index % 3}.example`] }));
        const done = (await lease(10)).map((mine) => queue.settle(mine, delivered(mine, clock)).then(() => mine));
        const finished = (await Promise.all(done)).map(({ delivery }) => delivery.message).toSorted();
        const open = ids.filter((id) => !finished.includes(id));
        const walk = async (which: "open" | "finished" | "all"): Promise<MessageId[]> => {
          const seen: MessageId[] = [];
          for (;;) {
            const after = seen.at(-1);
            const page = await queue.list({ which, limit: 4, ...(after === undefined ? {} : { after }) });
            seen.push(...page.map((message) => message.id));
            if (page.length < 4) return seen;
          }
        };
        expect(await walk("open")).toEqual(open);
        expect(await walk("finished")).toEqual(finished);
        expect(await walk("all")).toEqual(ids);
        expect((await queue.list({})).map((message) => message.id)).toEqual(open);
      });

      test("by domain, among others' mail", async () => {
        const mine = await put({ to: ["a@mine.example", "b@other.example"] });
        await put({ to: ["c@other.example"] });
        const asked = { domain: domain("mine.example") };
        for (const which of ["open", "all"] as const)
          expect((await queue.list({ which, ...asked })).map((message) => message.id)).toEqual([mine]);
        expect(await queue.list({ which: "finished", ...asked })).toEqual([]);
      });

      test("a summary says who, how large, when, and how each delivery stands", async () => {
        const id = await put({ to: ["b@example.net"], from: null, dueAt: clock.now() + hour });
        expect(await queue.list({})).toEqual([
          {
            id,
            from: "",
            size: 7,
            receivedAt: clock.now(),
            deliveries: [
              {
                id: `${id}.0`,
                domain: "example.net",
                state: "waiting",
                dueAt: clock.now() + hour,
                attempts: 0,
                recipients: [{ address: "b@example.net", state: { kind: "pending" } }],
              },
            ],
          },
        ]);
      });

      test("depth counts deliveries", async () => {
        await put({ to: ["a@one.example", "b@two.example", "c@three.example"] });
        await put({ to: ["a@four.example"], held: true });
        const mine = await one();
        expect(await queue.depth()).toEqual({ waiting: 2, leased: 1, held: 1 });
        await queue.settle(mine, delivered(mine, clock));
        expect(await queue.depth()).toEqual({ waiting: 2, leased: 0, held: 1 });
        await reopen();
        expect(await queue.depth()).toEqual({ waiting: 2, leased: 0, held: 1 });
      });
    });

    describe("forgetting", () => {
      test("finished messages received before the given time go; open and newer ones stay", async () => {
        const old = await put();
        const oldOpen = await put({ dueAt: clock.now() + hour });
        let mine = await one();
        await queue.settle(mine, delivered(mine, clock));
        await clock.advance(1_000);
        const fresh = await put();
        mine = await one();
        await queue.settle(mine, delivered(mine, clock));
        expect(await queue.forget(clock.now())).toBe(1);
        expect(await queue.show(old)).toBeUndefined();
        expect((await queue.list({ which: "all" })).map((message) => message.id)).toEqual([oldOpen, fresh]);
        expect(await queue.forget(clock.now() + 1)).toBe(1);
        expect(await queue.forget(clock.now() + 1)).toBe(0);
        await clock.advance(hour);
        expect(await contentOf(await one())).toBe("hello\r\n");
      });
    });

    test("many workers at once: each delivery in one pair of hands at a time, and all of them done in the end", async () => {
      const count = 400;
      const inHand = new Set<string>();
      const doneOnce = new Set<string>();
      let attempts = 0;
      let turns = 0;
      let lastLeaseAt = performance.now();
      const failures: unknown[] = [];
      const produce = async (number: number): Promise<void> => {
        for (let index = 0; index < count / 10; index++)
          await put({ to: [`u@d${(index * 7 + number) % 5}.example`, `u@e${index % 3}.example`] });
      };
      const work = async (lease: Lease, number: number): Promise<void> => {
        const { id } = lease.delivery;
        if (inHand.has(id) || doneOnce.has(id)) throw new Error(`${id} was leased twice`);
        inHand.add(id);
        await contentOf(lease);
        const way = (attempts++ * 31 + number) % 7;
        if (way === 0) await queue.extend(lease);
        inHand.delete(id);
        if (way === 1) return queue.giveBack(lease, clock.now());
        if (way === 2) return queue.settle(lease, deferred(lease, clock.now() - way));
        doneOnce.add(id);
        if (way === 3) await queue.hold(lease.delivery.message, clock.now(), "op");
        await queue.settle(lease, delivered(lease, clock));
        if (way === 3) await queue.release(lease.delivery.message, clock.now(), "op");
      };
      const consume = async (number: number): Promise<void> => {
        while (doneOnce.size < count * 2 && failures.length === 0) {
          const busy = new Set([domain(`d${turns++ % 5}.example`)]);
          const leases = await lease(1 + (turns % 9), turns % 3 === 0 ? busy : nobody);
          await Promise.all(leases.map((mine) => work(mine, number)));
          await queue.nextDue();
          await clock.advance(turns % 4 === 0 ? 1 : 0);
          await new Promise(setImmediate);
          if (leases.length > 0) lastLeaseAt = performance.now();
          else if (performance.now() - lastLeaseAt > 15_000) throw new Error(`nothing to lease; ${doneOnce.size} done`);
        }
      };
      const numbers = Array.from({ length: 10 }, (_, number) => number);
      const all = [...numbers.map(produce), ...numbers.map(consume)];
      await Promise.all(all.map((one) => one.catch((error: unknown) => failures.push(error))));
      expect(failures).toEqual([]);
      expect(inHand.size).toBe(0);
      expect(await queue.depth()).toEqual({ waiting: 0, leased: 0, held: 0 });
      expect(await queue.list({ which: "open" })).toEqual([]);
    });

    test("a closed queue says so", async () => {
      const incoming = queue.receive();
      await incoming.write(Buffer.from("x"));
      await put();
      const mine = await one();
      await queue.close();
      await queue.close();
      const closed = { name: "QueueError", code: "closed" };
      expect(() => queue.receive()).toThrow(expect.objectContaining(closed));
      await expect(commit(incoming, clock, {})).rejects.toMatchObject(closed);
      await expect(lease()).rejects.toMatchObject(closed);
      await expect(queue.settle(mine, delivered(mine, clock))).rejects.toMatchObject(closed);
      await expect(queue.depth()).rejects.toMatchObject(closed);
      await expect(queue.list({})).rejects.toMatchObject(closed);
    });

    test("what was asked before closing is still made", async () => {
      const commits = Array.from({ length: 20 }, () => put());
      await clock.advance(0);
      const closing = queue.close();
      const results = await Promise.allSettled(commits);
      await closing;
      queue = await place.open({ clock, leaseMs });
      const kept = (await queue.list({})).map((message) => message.id);
      const accepted = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(kept).toEqual(accepted.toSorted());
    });
  });
}

export interface MessageToPut {
  readonly to?: readonly string[];
  readonly from?: null;
  readonly content?: string;
  /** In place of `content`: so many bytes. */
  readonly size?: number;
  readonly dueAt?: Instant;
  readonly held?: boolean;
}

export async function putMessage(queue: Queue, clock: ManualClock, message: MessageToPut = {}): Promise<MessageId> {
  const incoming = queue.receive();
  const content = message.size === undefined ? Buffer.from(message.content ?? "hello\r\n") : bytes(message.size);
  await incoming.write(content);
  await commit(incoming, clock, { ...message, size: content.length });
  return incoming.id;
}

async function commit(
  incoming: ReturnType<Queue["receive"]>,
  clock: ManualClock,
  { to = ["b@example.net"], from, content = "", size = content.length, dueAt = clock.now(), held }: MessageToPut,
): Promise<void> {
  const recipients = to.map((text) => ({ address: address(text) }));
  const envelope: Envelope = { ...baseEnvelope(clock), recipients, ...(from === null ? { from } : {}) };
  const facts = { size, has8bit: false, headerHas8bit: false, longestLine: Math.min(size, 998) };
  const event: MailEvent = {
    code: "accepted",
    from: "a@example.org",
    recipients: to.length,
    size,
    via: "local",
    client: "192.0.2.1",
  };
  const events = [{ at: clock.now(), event }];
  await incoming.commit(envelope, facts, { dueAt, events, ...(held === undefined ? {} : { held }) });
}

function baseEnvelope(clock: ManualClock): Omit<Envelope, "recipients"> {
  return { from: address("a@example.org"), body: "7bit", smtpUtf8: false, requireTls: false, receivedAt: clock.now() };
}

export function delivered(lease: Lease | undefined, clock: ManualClock): Settlement {
  const at = clock.now();
  const { recipients } = must(lease).delivery;
  const reply = { code: 250, lines: ["ok"] };
  const event: MailEvent = {
    code: "delivered",
    recipients: recipients.map((recipient) => recipient.address.local),
    host: "mx.example.net",
    level: "authenticated",
    proof: "rule-names",
    reply,
  };
  return {
    recipients: recipients.map(() => ({ kind: "delivered", at, level: "authenticated", host: "mx.example.net" })),
    dueAt: at,
    memo: null,
    events: [{ at, event }],
  };
}

function bounced(lease: Lease | undefined, clock: ManualClock): Settlement {
  const at = clock.now();
  const { recipients, domain } = must(lease).delivery;
  return {
    recipients: recipients.map(() => ({ kind: "bounced", at, reason: "null-mx" })),
    dueAt: at,
    memo: null,
    events: [{ at, event: { code: "bounced", recipients: [], domain, reason: "null-mx" } }],
  };
}

export function deferred(lease: Lease, dueAt: Instant): Settlement {
  return { recipients: lease.delivery.recipients.map(({ state }) => state), dueAt, memo: null, events: [] };
}

export async function contentOf(lease: Lease | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of must(lease).content()) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

/** Bytes of which no two stretches are alike for long. */
export function bytes(count: number): Buffer {
  const all = Buffer.alloc(count);
  for (let at = 0, mixed = 1; at < count; at++) {
    mixed = (Math.imul(mixed, 1_103_515_245) + 12_345) >>> 0;
    all[at] = mixed >>> 16;
  }
  return all;
}

function note(at: Instant, message: string): StoryEntry {
  return { at, event: { code: "bounce-sent", message } };
}

async function storyOf(queue: Queue, id: MessageId): Promise<string[]> {
  return must(await queue.show(id)).story.map(({ event }) =>
    [event.code, "message" in event ? event.message : "", "by" in event ? event.by : ""].filter(Boolean).join(" "),
  );
}

function domainOf({ delivery }: Lease): string {
  return delivery.domain;
}

function first<T>(list: readonly T[]): T {
  return must(list[0]);
}

export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected something");
  return value;
}
