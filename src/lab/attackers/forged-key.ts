/**
 * Plants a key of his own where authors look for the recipient's: in the DNS (OPENPGPKEY), or on the web (WKD). And he is in the receiving
 * server, so that what is sealed with that key is his to open, and what is sealed with the true one is not.
 */
import { domain } from "../../base/index.ts";
import { keyPages, makeKeys, openpgpkeyName, readWith, type Keys } from "../author/index.ts";
import { selfSigned, type Credentials } from "../ca.ts";
import { assertPlaces, startKeeper } from "./keeper.ts";
import { attackerHost, dressNames, forging, type DressName, type Forging } from "./poisoner.ts";
import { attacker, type AttackDeps, type AttackTarget, type StartAttack } from "./types.ts";

type Plant = (deps: AttackDeps, target: AttackTarget, own: Keys) => Forging;

export const forgedKey = attacker("forged-key", {
  ...Object.fromEntries(dressNames.map((dress) => [dress, planting(inDns(dress))])),
  careless: planting(inDns("bare")),
  "web-self-signed": planting(onWeb(({ clock }, host) => selfSigned(clock, { names: [host] }))),
  "web-other-name": planting(
    onWeb(({ authority }, _, target) => authority.issue({ names: [attackerHost(target.domain)] })),
  ),
  "web-forged-ca": planting(onWeb(({ authority }, host) => authority.issue({ names: [host] }))),
  pinned: planting(
    inDns("bare"),
    onWeb(({ authority }, host) => authority.issue({ names: [host] })),
  ),
});

function planting(...plants: readonly Plant[]): StartAttack {
  return async (deps, target) => {
    assertPlaces(deps, target);
    if (target.sealedFor === undefined) throw new TypeError("there is nobody who gets sealed mail");
    const own = await makeKeys(addressesOf(target), deps.clock.now());
    const planted = plants.map((plant) => plant(deps, target, own));
    const keeper = await startKeeper(deps, target, async ({ content }) => {
      const read = await readWith(content, own.secret);
      return read === undefined ? {} : { read };
    });
    return {
      ...keeper,
      get counts() {
        const strikes = planted.reduce((sum, one) => sum + one.strikes, keeper.counts.strikes);
        return { ...keeper.counts, strikes };
      },
      close() {
        for (const one of planted) one.leave();
        return keeper.close();
      },
    };
  };
}

function localsOf({ sealedFor }: AttackTarget): readonly string[] {
  return sealedFor?.locals ?? [];
}

function addressesOf(target: AttackTarget): readonly string[] {
  return localsOf(target).map((local) => `${local}@${target.domain}`);
}

function inDns(dress: DressName): Plant {
  return (deps, target, { published: key }) => {
    const lies = localsOf(target).map((local) => {
      return { name: openpgpkeyName(local, target.domain), data: { type: "OPENPGPKEY", key } } as const;
    });
    return forging(deps, target, lies, dress);
  };
}

function onWeb(shown: (deps: AttackDeps, host: string, target: AttackTarget) => Credentials): Plant {
  return (deps, target, { published: body }) => {
    const host = domain(`openpgpkey.${target.domain}`);
    const pages = localsOf(target).map((local) => {
      return [keyPages(local, target.domain).advanced.path, { type: "application/octet-stream", body }] as const;
    });
    let strikes = 0;
    const leave = deps.policies?.meddleAt(host, {
      pages: Object.fromEntries(pages),
      credentials: shown(deps, host, target),
      onAsked: () => void strikes++,
    });
    return {
      get strikes() {
        return strikes;
      },
      leave: () => leave?.(),
    };
  };
}
