/**
 * Our side of `bench/dns`, a process of its own, so that its processor time and memory are its own.
 *
 *   node --expose-gc prover.ts PORT ANCHOR   ← {"cmd":"cold","from","to"} {"cmd":"cached","names","questions"} {"cmd":"memory"}
 *                                            → {"seconds", "cpuSeconds", "secure"} or {"bytes"}
 */
import { domain, ip, noLog, noMetrics } from "../../src/base/index.ts";
import { createValidatingResolver, readAnchors } from "../../src/dns/index.ts";
import { systemClock, systemNet, systemRandom } from "../../src/system/index.ts";

const inFlight = 128;
const anchors = readAnchors(`. IN DS ${process.argv[3]}`);
if (!anchors.ok) throw new Error(`the anchor cannot be read: ${anchors.error.code}`);
const resolver = createValidatingResolver({
  net: systemNet,
  clock: systemClock,
  random: systemRandom,
  log: noLog,
  metrics: noMetrics,
  upstreams: [{ address: ip("127.0.0.1"), port: Number(process.argv[2]) }],
  anchors: () => anchors.value,
});

type Command =
  | { readonly cmd: "cold"; readonly from: number; readonly to: number }
  | { readonly cmd: "cached"; readonly names: number; readonly questions: number }
  | { readonly cmd: "memory" };

process.on("message", (command: Command) => {
  void run(command).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));

async function run(command: Command): Promise<object> {
  switch (command.cmd) {
    case "cold":
      return measured(async () => {
        let next = command.from;
        let secure = 0;
        const worker = async (): Promise<void> => {
          while (next < command.to) {
            const answer = await resolver.mx(domain(`n${next++}.big.example`));
            if (answer.kind === "records" && answer.status === "secure") secure++;
          }
        };
        await Promise.all(Array.from({ length: inFlight }, worker));
        return secure;
      });
    case "cached": {
      const names = Array.from({ length: command.names }, (_, index) => domain(`n${index}.big.example`));
      return measured(async () => {
        let secure = 0;
        for (let asked = 0; asked < command.questions; asked++) {
          const answer = await resolver.mx(names[asked % names.length] ?? domain("n0.big.example"));
          if (answer.status === "secure") secure++;
        }
        return secure;
      });
    }
    case "memory": {
      (globalThis as { gc?: () => void }).gc?.();
      const { heapUsed, external, rss } = process.memoryUsage();
      return { bytes: heapUsed + external, rss };
    }
  }
}

async function measured(work: () => Promise<number>): Promise<object> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const secure = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6, secure };
}
