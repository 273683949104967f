import { expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { reachNameserver } from "./reach.ts";
import { packet, scriptedNet, type Script } from "./scripted.cases.ts";
import { remote } from "./stage.cases.ts";

const zone = domain("town.example");

interface Case {
  readonly is: string;
  readonly script: Script;
  readonly broken?: string;
  readonly reached: string;
  readonly asked: number;
}

const cases: readonly Case[] = [
  { is: "an answer", script: { answer: (heard) => [packet(heard)] }, reached: "answers", asked: 1 },
  { is: "a refusal", script: { answer: (heard) => [packet(heard, { rcode: 5 })] }, reached: "answers", asked: 1 },
  {
    is: "a truncated answer, for which nobody goes to TCP",
    script: { answer: (heard) => [packet(heard, { truncated: true })], tcpFault: "refused" },
    reached: "answers",
    asked: 1,
  },
  {
    is: "an answer to the second question only",
    script: { answer: (heard) => (heard.query.id === firstId ? [] : [packet(heard)]) },
    reached: "answers",
    asked: 2,
  },
  { is: "nothing", script: { answer: () => [] }, reached: "silent", asked: 2 },
  {
    is: "an answer that is none: another id",
    script: { answer: (heard) => [packet(heard, { id: heard.query.id ^ 1 })] },
    reached: "silent",
    asked: 2,
  },
  { is: "no way out", script: { answer: () => [] }, broken: "ENETUNREACH", reached: "no-route", asked: 1 },
];

const firstId = ((): number => {
  const [high = 0, low = 0] = seededRandom(1).bytes(2);
  return (high << 8) | low;
})();

test.each(cases)("a name server is reached if it says anything: $is", async ({ script, broken, reached, asked }) => {
  const clock = manualClock();
  const net = scriptedNet(clock, script);
  const reaching = reachNameserver({ net, clock, random: seededRandom(1) }, remote, zone);
  if (broken !== undefined) net.breakUdp(broken);
  await clock.advance(4_000);
  expect(await reaching).toBe(reached);
  expect(net.heard.map(({ query }) => query.questions[0]?.type)).toEqual(Array.from({ length: asked }, () => "SOA"));
  expect(net.open()).toBe(0);
});
