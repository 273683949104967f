/**
 * The process that the kill test kills: takes mail in and delivers it as fast as it can, and says on standard output what the
 * queue has acknowledged, after it was acknowledged.
 *
 *   c ID SIZE    committed        d ID    settled as delivered        l ID ATTEMPTS    settled for later
 */
import { address, noLog, noMetrics } from "../../base/index.ts";
import { systemClock, systemRandom } from "../../system/index.ts";
import { openSqliteQueue, type Lease, type Queue } from "../index.ts";

const producers = 16;
const workers = 16;
const largeEvery = 40;

const directory = process.argv[2];
if (directory === undefined) throw new Error("which directory?");
const queue = await openSqliteQueue({
  directory,
  clock: systemClock,
  random: systemRandom,
  log: noLog,
  metrics: noMetrics,
});
// To a pipe this is written before it returns.
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("ready");
for (let number = 0; number < producers; number++) void produce(queue, number);
let busy = 0;
let isPumping = false;
queue.onReady(() => void pump());
void pump();

async function produce(queue: Queue, number: number): Promise<void> {
  for (let count = number; ; count++) {
    const incoming = queue.receive();
    const size = count % largeEvery === 0 ? 150_000 : 1 + (count % 5_000);
    await incoming.write(Buffer.alloc(size, incoming.id));
    const facts = { size, has8bit: false, headerHas8bit: false, longestLine: 998 };
    const now = systemClock.now();
    const recipients = [{ address: address(`a@d${count % 9}.example`) }];
    const from = address("a@example.org");
    const envelope = {
      from,
      recipients,
      body: "7bit",
      smtpUtf8: false,
      requireTls: false,
      receivedAt: now,
    } as const;
    await incoming.commit(envelope, facts, { dueAt: now, events: [] });
    say(`c ${incoming.id} ${size}`);
  }
}

async function pump(): Promise<void> {
  if (isPumping) return;
  isPumping = true;
  while (busy < workers) {
    const leases = await queue.lease({ now: systemClock.now(), max: workers - busy, except: new Set() });
    if (leases.length === 0) break;
    busy += leases.length;
    for (const lease of leases) void work(lease);
  }
  isPumping = false;
}

async function work(lease: Lease): Promise<void> {
  const { message, attempts } = lease.delivery;
  const at = systemClock.now();
  const isLater = systemRandom.fraction() < 0.4;
  const state = isLater
    ? ({ kind: "pending" } as const)
    : ({ kind: "delivered", at, level: "encrypted", host: "mx" } as const);
  await queue.settle(lease, { recipients: [state], dueAt: at + 3_600_000, memo: { attempts }, events: [] });
  say(isLater ? `l ${message} ${attempts + 1}` : `d ${message}`);
  busy--;
  void pump();
}
