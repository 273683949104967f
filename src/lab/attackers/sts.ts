/**
 * Attacks on MTA-STS: nobody gets to hear of the policy, or hears of another one; and then the offer of encryption is cut out, which the
 * policy would have forbidden.
 *
 *   block-sts   the record is hidden, or the web server cannot be reached
 *   stale-sts   the record has a new id, and another web server has a policy that asks for nothing; it cannot prove its name
 */
import { domain } from "../../base/index.ts";
import { selfSigned } from "../ca.ts";
import { hide } from "./hiding.ts";
import { stripEhlo } from "./strip-ehlo.ts";
import { attacker, type AttackDeps, type AttackTarget, type StartAttack } from "./types.ts";

export const blockSts = attacker("block-sts", {
  https: keptBack(blocked),
  record: keptBack(hidden),
  later: keptBack(hidden, blocked),
});

export const staleSts = attacker("stale-sts", {
  replaced: keptBack(renewed, ({ clock, policies }, target) => {
    const credentials = selfSigned(clock, { names: [`mta-sts.${target.domain}`] });
    const leave = policies?.meddle(target.domain, { policy: noPolicy, credentials });
    return () => leave?.();
  }),
});

/** What does something and can be undone. */
type Meddling = (deps: AttackDeps, target: AttackTarget) => () => void;

function keptBack(...meddlings: readonly Meddling[]): StartAttack {
  return async (deps, target) => {
    const stripping = await stripEhlo.start(deps, target);
    const leave = meddlings.map((meddle) => meddle(deps, target));
    return {
      ...stripping,
      captured: () => [...stripping.captured(), ...stripping.handedOn()],
      get counts() {
        return stripping.counts;
      },
      close() {
        for (const one of leave) one();
        return stripping.close();
      },
    };
  };
}

function blocked({ policies }: AttackDeps, { domain: name }: AttackTarget): () => void {
  const leave = policies?.meddle(name, "blocked");
  return () => leave?.();
}

function hidden(deps: AttackDeps, target: AttackTarget): () => void {
  return hide(deps, recordOf(target), "TXT", "hidden").leave;
}

function renewed(deps: AttackDeps, target: AttackTarget): () => void {
  const strings = [Buffer.from("v=STSv1; id=attacker;")];
  return hide(deps, recordOf(target), "TXT", { type: "TXT", strings }).leave;
}

function recordOf(target: AttackTarget): ReturnType<typeof domain> {
  return domain(`_mta-sts.${target.domain}`);
}

const noPolicy = "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n";
