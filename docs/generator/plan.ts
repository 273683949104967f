/** What the plan asks for, over the product of facts: made by the planner itself. */
import { plan } from "../../src/policy/index.ts";
import { dimensions, factsIn, plainCell, type Cell } from "../../src/policy/product.cases.ts";
import type { Plan, PlannedHost } from "../../src/policy/index.ts";
import { code, head, page, table } from "./markdown.ts";

export function planPage(): string {
  return page(
    head(
      "The plan",
      "src/policy/plan.ts, over src/policy/product.cases.ts",
      "What a hop must prove before mail passes, for one MX host, by what is known. Each cell is what the planner decides. `authenticated by dane` asks for a " +
        "match with the TLSA records; `by mta-sts` for a valid certificate for the MX host's name; `by secure-mx` for one for the name that signed DNS " +
        "gives; `by rule-names` for one for a name that the operator wrote down, or the recipient's domain. What is only looked at stands behind " +
        "“watch”. “defer” waits, “bounce” returns.",
      "The law: a fact that gets worse (a lookup that fails, a policy that cannot be read back, hosts that are forged where the DNS is not signed) " +
        "never makes a plan accept less. `src/policy/plan.product.test.ts` walks the whole product of " +
        `${sizeOfProduct()} combinations of these facts and holds the planner to it.`,
    ),
    "## What the domain publishes, and the operator's rule",
    ...(["none", "encrypted", "authenticated", "authenticated, match"] as const).map(ofRule),
    "## What is remembered",
    "Where nothing is published and no rule says otherwise. “or back”: the message is returned if the host fails once more.",
    oneBy("memory", "remembered"),
    "## What the message asks for",
    table(
      ["published", ...valuesOf("message")],
      Object.entries(published).map(([name, cell]) => [
        name,
        ...valuesOf("message").map((message) => told({ ...cell, message: message as Cell["message"] })),
      ]),
    ),
    "## What lowers a plan",
    'An exception down to `encrypted`, and `enforce = "report"`: each is named in the plan, and what it passes over is looked at all the same.',
    table(
      ["published", "nothing lowers it", "exception", "report"],
      Object.entries(published).map(([name, cell]) => [
        name,
        told(cell),
        told({ ...cell, exception: "encrypted" }),
        told({ ...cell, enforce: "report" }),
      ]),
    ),
  );
}

const published: Readonly<Record<string, Partial<Cell>>> = {
  nothing: {},
  "a signed MX set": { mx: "secure", tlsa: "none" },
  "DANE, signed MX set": { mx: "secure", tlsa: "usable" },
  "DANE, unsigned MX set": { tlsa: "usable" },
  "MTA-STS enforce": { sts: "enforce" },
  "TLSA lookup failed": { mx: "secure", tlsa: "failed" },
};

function ofRule(rule: Cell["rule"]): string {
  const rows = valuesOf("mx")
    .filter((mx) => mx !== "failed")
    .flatMap((mx) =>
      valuesOf("tlsa").map((tlsa) => [
        `MX ${mx}, TLSA ${tlsa}`,
        ...valuesOf("sts").map((sts) => told({ rule, mx, tlsa, sts } as Partial<Cell>)),
      ]),
    );
  const title = rule === "none" ? "No rule" : `A rule: ${rule}`;
  return [`### ${title}`, table(["", ...valuesOf("sts").map((sts) => `MTA-STS ${sts}`)], rows)].join("\n\n");
}

function oneBy<D extends keyof Cell>(dimension: D, title: string): string {
  return table(
    [title, "plan"],
    valuesOf(dimension).map((value) => [value, told({ [dimension]: value } as Partial<Cell>)]),
  );
}

function valuesOf(dimension: keyof Cell): readonly string[] {
  return Object.keys(dimensions[dimension]);
}

function told(cell: Partial<Cell>): string {
  const planned: Plan = plan(factsIn({ ...plainCell, ...cell }));
  if (planned.kind !== "try") return `${planned.kind} (${code(planned.reason)})`;
  return planned.hosts.map(toldHost).join("; ");
}

function toldHost({ level, proof, also, watch, isLastChance }: PlannedHost): string {
  const by = proof.kind === "none" ? "" : ` by ${proof.kind}`;
  const besides = also === undefined ? "" : ` and ${also.kind}`;
  const looked = watch === undefined ? "" : `, watch ${watch.kind}`;
  return `${level}${by}${besides}${looked}${isLastChance === true ? ", or back" : ""}`;
}

function sizeOfProduct(): string {
  const size = Object.values(dimensions).reduce((product, of) => product * Object.keys(of).length, 1);
  return new Intl.NumberFormat("en").format(size);
}
