import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain, ip } from "../../base/index.ts";
import { Budgets, type Budget, type BudgetRequest } from "./budgets.ts";
import { Fifo } from "./fifo.ts";
import { blockOf, groupsOf, operatorOf } from "./groups.ts";
import { TimeHeap } from "./heap.ts";

interface Request extends BudgetRequest {
  readonly id: number;
}

const minuteMs = 60_000;

/** What the visited would count, kept apart from the code that is tested. */
class Visited {
  readonly open = new Map<string, number>();
  readonly begun = new Map<string, number[]>();
  total = 0;

  begin({ groups }: Request, now: number): void {
    this.total++;
    for (const key of groups) {
      this.open.set(key, (this.open.get(key) ?? 0) + 1);
      this.begun.set(key, [...(this.begun.get(key) ?? []), now]);
    }
  }

  close({ groups }: Request): void {
    this.total--;
    for (const key of groups) this.open.set(key, (this.open.get(key) ?? 0) - 1);
  }

  inLastMinute(key: string, now: number): number {
    return (this.begun.get(key) ?? []).filter((at) => at > now - minuteMs).length;
  }
}

const budgetOf = (key: string): Budget =>
  key.startsWith("a") ? { atOnce: 1, perMinute: 20 } : { atOnce: 3, perMinute: 90 };
const openMax = 5;

describe("budgets", () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ ask: fc.tuple(fc.nat(4), fc.nat(2)) }) },
      { weight: 3, arbitrary: fc.record({ close: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 1, max: 9_000 }) }) },
      { weight: 1, arbitrary: fc.record({ pause: fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 30_000 })) }) },
    ),
    { maxLength: 200 },
  );

  test("are never exceeded, at any instant and in any minute, and whoever waits gets in at last", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const budgets = new Budgets<Request>(openMax, budgetOf);
        const visited = new Visited();
        const open: Request[] = [];
        const paused = new Map<string, number>();
        let [now, asked, begunAll] = [0, 0, 0];
        const begin = (requests: readonly Request[]): void => {
          for (const request of requests) {
            visited.begin(request, now);
            open.push(request);
            begunAll++;
            expect(visited.total).toBeLessThanOrEqual(openMax);
            for (const key of request.groups) {
              expect(visited.open.get(key)).toBeLessThanOrEqual(budgetOf(key).atOnce);
              expect(visited.inLastMinute(key, now)).toBeLessThanOrEqual(budgetOf(key).perMinute);
              expect(now).toBeGreaterThanOrEqual(paused.get(key) ?? 0);
            }
          }
        };
        const close = (request: Request): void => {
          visited.close(request);
          begin(budgets.close(request, now));
        };
        /** Every time at which something may begin, as a timer would have it. */
        const passTo = (until: number): void => {
          for (let at = budgets.nextAt(); at !== undefined && at <= until; at = budgets.nextAt()) {
            now = Math.max(now, at);
            begin(budgets.advance(now));
          }
          now = until;
        };
        for (const step of taken) {
          if ("ask" in step) {
            const [address, operator] = step.ask;
            const request = { id: asked++, groups: [`a${address}`, `o${operator}`] };
            if (budgets.ask(request, now)) begin([request]);
          } else if ("close" in step) {
            const [request] = open.splice(step.close % Math.max(1, open.length), 1);
            if (request !== undefined) close(request);
          } else if ("passMs" in step) passTo(now + step.passMs);
          else {
            const [address, forMs] = step.pause;
            budgets.pause(`a${address}`, now + forMs);
            paused.set(`a${address}`, Math.max(paused.get(`a${address}`) ?? 0, now + forMs));
          }
          expect(budgets.open).toBe(visited.total);
          expect(budgets.waiting).toBe(asked - begunAll);
        }
        for (let turns = 0; budgets.waiting + open.length > 0 && turns < 2_000; turns++) {
          for (const request of open.splice(0)) close(request);
          const next = budgets.nextAt();
          if (next !== undefined) passTo(Math.max(now, next));
        }
        expect(begunAll).toBe(asked);
        passTo(now + minuteMs);
        expect(budgets.groups).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test("a group that is full keeps nobody waiting but its own", () => {
    const budgets = new Budgets<Request>(openMax, budgetOf);
    const request = (id: number, address: string): Request => ({ id, groups: [address] });
    expect(budgets.ask(request(1, "a1"), 0)).toBe(true);
    for (let id = 2; id < 100; id++) expect(budgets.ask(request(id, "a1"), 0)).toBe(false);
    expect(budgets.ask(request(100, "a2"), 0)).toBe(true);
    expect(budgets.clear()).toHaveLength(98);
    expect(budgets.waiting).toBe(0);
  });
});

describe("whose budget a connection is on", () => {
  const blocks: readonly (readonly [address: string, block: string])[] = [
    ["192.0.2.77", "192.0.2"],
    ["2001:db8:77:1::25", "2001:db8:77"],
    ["2001:db8::25", "2001:db8:0"],
    ["::1", "0:0:0"],
    ["2001:db8:0:1:2:3:4:5", "2001:db8:0"],
    ["fe80::", "fe80:0:0"],
  ];
  test.each(blocks)("%s is in the block %s", (address, block) => expect(blockOf(ip(address))).toBe(block));

  const operators: readonly (readonly [host: string, operator: string])[] = [
    ["aspmx.l.google.com", "google.com"],
    ["mx.example.co.uk", "example.co.uk"],
    ["mail.example.com.cn", "example.com.cn"],
    ["example.de", "example.de"],
    // Itself below a country's domain: not a registry's name with nothing before it.
    ["com.cn", "com.cn"],
    ["mx1.something.org", "something.org"],
    ["localhost", "localhost"],
  ];
  test.each(operators)("%s is run by %s", (host, operator) => expect(operatorOf(domain(host))).toBe(operator));

  test("groups of different kinds are never the same", () => {
    const groups = groupsOf({ address: ip("192.0.2.1"), host: domain("mx.example.org") });
    expect(groups).toEqual(["a:192.0.2.1", "b:192.0.2", "o:example.org"]);
  });
});

test("a queue gives what it was given, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 300 }), (steps) => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === undefined) expect(queue.shift()).toBe(model.shift());
        else {
          queue.push(step);
          model.push(step);
        }
        expect(queue.length).toBe(model.length);
      }
      expect(queue.drain()).toEqual(model);
    }),
  );
});

test("a heap gives the earliest first, and nothing before its time", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 300 }), (times) => {
      const heap = new TimeHeap<number>();
      for (const at of times) heap.push(at, at);
      const sorted = [...times].sort((a, b) => a - b);
      for (const at of sorted) {
        expect(heap.nextAt()).toBe(at);
        expect(heap.popDue(at - 1)).toBeUndefined();
        expect(heap.popDue(at)).toBe(at);
      }
      expect(heap.popDue(Number.POSITIVE_INFINITY)).toBeUndefined();
    }),
  );
});
