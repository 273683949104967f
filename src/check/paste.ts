/**
 * Everything that a domain would publish if it promised what its servers can keep, with its own names filled in: zone records, the policy,
 * and pieces of configuration. What is made of it is `publish/`'s; here is only said what is meant.
 */
import type { Result } from "../base/index.ts";
import { ok, err } from "../base/index.ts";
import {
  certificateKey,
  daemons,
  parsePromises,
  publication,
  snippetsFor,
  tellPublishStep,
  tellSnippet,
  zoneText,
  type Daemon,
  type HostKeys,
  type PromisesFault,
} from "../publish/index.ts";
import type { Words } from "../words/index.ts";
import { isEnforced, viewHosts, type HostView } from "./judge/view.ts";
import type { Inspection } from "./types.ts";

export interface Paste {
  readonly zone: string;
  readonly policy: { readonly path: string; readonly content: string };
  readonly steps: readonly string[];
  readonly snippets: readonly { readonly file: string; readonly text: string }[];
}

export { daemons, type Daemon };

/** Fails for a domain that has no usable MX host. */
export function readyToPaste(
  words: Words,
  inspection: Inspection,
  daemon: Daemon | undefined,
): Result<Paste, readonly PromisesFault[]> {
  const { domain } = inspection;
  const views = viewHosts(inspection);
  const parsed = parsePromises({
    domain,
    mx: views.map(({ host }) => host),
    rua: [`mailto:tls-reports@${domain}`],
    // Who enforces already is not led back to a trial.
    ...(isEnforced(inspection) ? { mode: "enforce" as const } : {}),
  });
  if (!parsed.ok) return err(parsed.error);
  const promises = parsed.value;
  const { records, files, steps } = publication(promises, views.map(keysOf));
  const [policy = { path: "", content: "" }] = files;
  const [host] = promises.mx;
  const snippets =
    daemon === undefined || host === undefined
      ? []
      : snippetsFor(daemon, {
          domain,
          mx: promises.mx,
          host,
          files: [{ certificate: "/etc/ssl/mail/fullchain.pem", key: "/etc/ssl/mail/key.pem" }],
          hasDane: views.every(({ hasDane }) => hasDane),
        });
  return ok({
    zone: zoneText(words, records),
    policy,
    steps: steps.map((step) => tellPublishStep(words, step)),
    snippets: snippets.map((one) => ({
      file: one.part === undefined ? one.file : `${one.file} (begin ${one.part})`,
      text: tellSnippet(words, one),
    })),
  });
}

/** A record for each kind of key that it shows (trap 15). */
function keysOf({ host, chains }: HostView): HostKeys {
  const current = chains.map(({ leaf }) => certificateKey(leaf()));
  return {
    host,
    current: current.filter((key, at) => current.findIndex(({ sha256 }) => sha256 === key.sha256) === at),
    next: [],
  };
}
