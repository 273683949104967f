/** Senders that do not do what senders do: the lab ends all the same, says so, and draws no conclusion. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { err } from "../../base/index.ts";
import { systemClock, systemNet, systemRandom } from "../../system/index.ts";
import { chooseAttack, modelledModes, receiverNamed, type SenderMode } from "../../threats/index.ts";
import type { RunningSender, Sender } from "../senders/types.ts";
import { runLab, type LabPorts, type LabResult } from "./index.ts";

const ports: LabPorts = {
  net: systemNet,
  clock: systemClock,
  isEnclosed: false,
  makeDirectory() {
    const path = mkdtempSync(join(tmpdir(), "surehop-lab-test-"));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  },
  makeToken: () => "a-word",
  random: systemRandom,
  // Nobody looks for a key here.
  openWeb: () => () => Promise.resolve(err("unavailable")),
};

const mode = modelledModes[0] as SenderMode;

/** Takes everything, and has it under way for ever. */
const idle: RunningSender = {
  submit: () => Promise.resolve({ kind: "accepted", id: "1" }),
  state: () => Promise.resolve("under-way"),
  pass: () => Promise.resolve(),
  words: () => Promise.resolve(["trying"]),
  close: () => Promise.resolve(),
};

function senderThat(start: () => Promise<RunningSender>): Sender {
  return {
    id: "a-sender",
    mode,
    ttlSeconds: 1,
    retries: { times: 1, everyMs: 1 },
    patienceMs: 50,
    missing: () => Promise.resolve(undefined),
    start,
  };
}

function played(start: () => Promise<RunningSender>): Promise<LabResult> {
  return runLab(ports, {
    senders: [senderThat(start)],
    receivers: [receiverNamed("opportunistic")].flatMap((one) => one ?? []),
    attacks: [chooseAttack("strip-ehlo")].flatMap((one) => one ?? []),
    withNone: false,
  });
}

const cell = { sender: "a-sender", receiver: "opportunistic", attack: "strip-ehlo" };

test("a message that comes to no end makes no cell: it was not held", async () => {
  const { cells, failures } = await played(() => Promise.resolve(idle));
  expect(cells).toEqual([]);
  expect(failures).toEqual([{ ...cell, why: { code: "no-end", seconds: 0.05 }, words: ["trying"] }]);
});

test("one that comes to no end under attack alone makes no cell either", async () => {
  let handed = 0;
  const waiting: RunningSender = {
    ...idle,
    submit: () => Promise.resolve({ kind: "accepted", id: String(++handed) }),
    state: (id) => Promise.resolve(id === "1" ? "waiting" : "under-way"),
  };
  const { cells, failures } = await played(() => Promise.resolve(waiting));
  expect(handed).toBe(2);
  expect(cells).toEqual([]);
  expect(failures.map(({ why }) => why.code)).toEqual(["no-end"]);
});

test.each<[what: string, start: () => Promise<RunningSender>, said: string]>([
  ["does not come up", () => Promise.reject(new Error("no such user")), "no such user"],
  [
    "takes no mail",
    () => Promise.resolve({ ...idle, submit: () => Promise.reject(new Error("nobody is there")) }),
    "nobody is there",
  ],
])("a sender that %s is told, with its own words", async (_, start, said) => {
  const { cells, failures } = await played(start);
  expect(cells).toEqual([]);
  expect(failures).toEqual([{ ...cell, why: { code: "fault", said }, words: [] }]);
});

test("a bug of ours stays one", async () => {
  await expect(played(() => Promise.reject(new TypeError("undefined is not a function")))).rejects.toThrow(TypeError);
});
