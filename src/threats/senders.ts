/**
 * Ways of sending. Surehop's are settings, and the planner decides; other servers' are a small model each, written from what was
 * measured of Debian 12's packages. A model that is wrong shows in the lab at once: prediction and observation differ.
 */
import type { ChainMode, Fallback, ModelledMode, SurehopMode, TlsTerms } from "./types.ts";

const surehop = (id: string, changes: Partial<SurehopMode> = {}): SurehopMode => ({
  kind: "surehop",
  id,
  require: "cleartext",
  mtaSts: true,
  remember: true,
  enforce: "all",
  ...changes,
});

export const surehopModes: readonly SurehopMode[] = [
  surehop("surehop-opportunistic", { mtaSts: false, remember: false, enforce: "report" }),
  surehop("surehop"),
  surehop("surehop-strict", { require: "authenticated" }),
];

const all = (fallback: Fallback): Pick<TlsTerms, "notOffered" | "refused" | "broken" | "injected" | "oldTls"> => ({
  notOffered: fallback,
  refused: { temporarily: fallback, permanently: fallback },
  broken: fallback,
  injected: fallback,
  oldTls: fallback,
});

/** Takes what is offered, and does without where it is not. */
const postfixMay: TlsTerms = {
  verifies: "nothing",
  ...all("clear"),
  broken: "clear-later",
  injected: "ignored",
  // TLS 1.1 is spoken where nothing has to be proven, and nowhere else.
  oldTls: "taken",
  unproven: "defer",
  unspeaking: "clear-later",
};
/** Asks for TLS. A 5xx to STARTTLS, which anybody can forge before TLS, is believed. */
const postfixMust: TlsTerms = {
  verifies: "nothing",
  ...all("defer"),
  refused: { temporarily: "defer", permanently: "bounce" },
  injected: "ignored",
  unproven: "defer",
  unspeaking: "defer",
};

const postfix = (level: string, changes: Partial<ModelledMode> = {}): ModelledMode => ({
  kind: "modelled",
  id: `postfix-${level}`,
  validates: true,
  dane: false,
  mtaSts: "no",
  otherwise: postfixMay,
  strict: postfixMust,
  ...changes,
});

const clearing: TlsTerms = { verifies: "nothing", ...all("clear"), unproven: "defer", unspeaking: "clear" };
const deferring: TlsTerms = { verifies: "nothing", ...all("defer"), unproven: "defer", unspeaking: "defer" };
/** TLS 1.1 is spoken, and believed. */
const eximMay: TlsTerms = { ...clearing, oldTls: "taken" };
const eximMust: TlsTerms = { ...deferring, oldTls: "taken" };

/** Tries DANE without being told to. */
const exim = (level: string, otherwise: TlsTerms): ModelledMode => ({
  ...postfix("default", { dane: true }),
  id: `exim-${level}`,
  otherwise,
  strict: eximMust,
});

const opensmtpd = (level: string, otherwise: TlsTerms): ModelledMode => ({
  ...postfix("default"),
  id: `opensmtpd-${level}`,
  otherwise: { ...otherwise, injected: "not-told" },
  strict: deferring,
});

/** Nothing here is believed without a measurement that agrees with it (issue 5's second part). */
export const modelledModes: readonly ModelledMode[] = [
  postfix("default"),
  postfix("may"),
  postfix("encrypt", { otherwise: { ...postfixMust, oldTls: "taken" } }),
  postfix("verify", { otherwise: { ...postfixMust, verifies: "mx-name" } }),
  postfix("secure", { otherwise: { ...postfixMust, verifies: "domain" } }),
  postfix("dane", { dane: true }),
  postfix("mta-sts", { mtaSts: "cached" }),
  postfix("mta-sts-first", { mtaSts: "first-contact" }),
  exim("default", eximMay),
  exim("required", eximMust),
  exim("required-verify", { ...eximMust, verifies: "mx-name" }),
  // A handshake that fails ends the attempt, and the next one no less. Silence is a failure like others: it says QUIT then, and waits for an
  // answer to that for two minutes unless it is told otherwise, for which it was once taken to hang.
  {
    ...postfix("x"),
    id: "sendmail-default",
    otherwise: { ...clearing, broken: "defer", injected: "ignored", oldTls: "defer", unspeaking: "defer" },
    strict: deferring,
  },
  { ...postfix("x"), id: "sendmail-required", otherwise: { ...deferring, injected: "ignored" }, strict: deferring },
  // Five minutes without a word are "a network error", and not a fault of TLS: nothing was sent in clear in two attempts.
  opensmtpd("default", { ...clearing, silent: "defer", unspeaking: "defer" }),
  opensmtpd("tls", { ...deferring, verifies: "mx-name" }),
];

/** What is asked of them is how many messages each makes of one. */
export const chainModes: readonly ChainMode[] = [
  { kind: "chain", id: "surehop-before-postfix", first: "surehop", postfix: "default" },
  { kind: "chain", id: "surehop-behind-postfix", first: "postfix", postfix: "default" },
  { kind: "chain", id: "surehop-behind-postfix-careless", first: "postfix", postfix: "careless" },
  { kind: "chain", id: "surehop-behind-postfix-normalize", first: "postfix", postfix: "normalize" },
  { kind: "chain", id: "surehop-behind-postfix-reject", first: "postfix", postfix: "reject" },
];
