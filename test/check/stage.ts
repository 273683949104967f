/** A town with what a command needs to look at it: files, a policy host over HTTPS, and a terminal that writes down. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anchorText } from "../../src/cli/anchor-text.ts";
import { runCli } from "../../src/cli/program.ts";
import { policyAnswer, startPolicyHost } from "../support/policy-host.ts";
import { chain, keys, openTown, root, type TownPlan } from "./town.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Stage {
  readonly directory: string;
  readonly options: readonly string[];
  readonly nameserverPort: number;
  /** Asked of DNS so far. */
  questions(): number;
  run(...args: readonly string[]): Promise<Said>;
  close(): Promise<void>;
}

export async function openStage(plan: TownPlan = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-check-"));
  const host = "mta-sts.town.example";
  const { keys: own, certificates } = chain(keys.ec, { names: [host] });
  const { hosts = [{}] } = plan;
  const lines = hosts.map(({ name }, at) => `mx: ${name ?? `mx${at === 0 ? "" : at + 1}.town.example`}`);
  const policy = await startPolicyHost({
    key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certificates.map(({ pem }) => pem).join(""),
    answer: policyAnswer(
      plan.policy ?? ["version: STSv1", "mode: enforce", ...lines, "max_age: 1209600", ""].join("\n"),
    ),
  });
  const town = await openTown({ ...plan, records: { ...plan.records, [host]: [{ type: "A", value: "127.0.0.1" }] } });
  writeFileSync(join(directory, "ca.pem"), root.pem);
  writeFileSync(join(directory, "anchors"), `${town.names.anchors.map(anchorText).join("\n")}\n`);
  const { address, port } = town.names.endpoint;
  const options = [
    "--resolver",
    `${address}:${port}`,
    "--trust-anchor",
    "anchors",
    "--ca",
    "ca.pem",
    "--port",
    String(town.port === 0 ? 1 : town.port),
    "--https-port",
    String(policy.port),
  ];
  return {
    directory,
    options,
    nameserverPort: town.nameserverPort,
    questions: () => town.names.questions().length,
    async run(...args) {
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCli([...args, ...options], {
        out: (line) => void out.push(line),
        err: (line) => void err.push(line),
        isInteractive: false,
        hasColour: false,
        environment: {},
        directory,
      });
      return { code, out: out.join("\n"), err: err.join("\n") };
    },
    async close() {
      await policy.close();
      await town.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
