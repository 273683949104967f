/** The questions of `surehop init`, on a terminal. */
import { parseDomain } from "../base/index.ts";
import type { Words } from "../words/index.ts";
import type { Answers } from "./commands/init.ts";
import { askPassword } from "./input.ts";

/** Starts from what flags and defaults say; undefined if the person gave up. */
export async function askAll(words: Words, assumed: Answers): Promise<Answers | undefined> {
  const { cancel, intro, isCancel, outro, select, text } = await import("@clack/prompts");
  const say = (key: string): string => words.say(key);
  const giveUp = (): undefined => cancel(say("cli-init-given-up")) as undefined;

  intro(say("cli-init-intro"));
  const hostname = await text({
    message: say("cli-init-ask-hostname"),
    initialValue: assumed.hostname,
    validate: (value) => (isHostname(value) ? undefined : say("cli-init-ask-hostname-bad")),
  });
  if (isCancel(hostname)) return giveUp();
  const data = await text({
    message: say("cli-init-ask-data"),
    initialValue: assumed.data,
    validate: (value) => (value === undefined || value === "" ? say("cli-init-ask-empty") : undefined),
  });
  if (isCancel(data)) return giveUp();
  const user = await text({
    message: say("cli-init-ask-user"),
    initialValue: assumed.user,
    validate: (value) => (value === undefined || value === "" ? say("cli-init-ask-empty") : undefined),
  });
  if (isCancel(user)) return giveUp();
  const password = assumed.password ?? (await askPassword(words, { twice: true }));
  if (password === undefined) return giveUp();
  const kind = await select({
    message: say("cli-init-ask-certificate"),
    initialValue: assumed.certificate.kind,
    options: [
      { value: "self-signed" as const, label: say("cli-init-ask-self-signed") },
      { value: "files" as const, label: say("cli-init-ask-files") },
    ],
  });
  if (isCancel(kind)) return giveUp();
  const certificate = kind === "files" ? await askFiles(words, assumed) : ({ kind } as const);
  if (certificate === undefined) return giveUp();
  outro(say("cli-init-outro"));
  return { hostname, data, user, password, certificate };
}

async function askFiles(words: Words, { certificate: assumed }: Answers): Promise<Answers["certificate"] | undefined> {
  const { isCancel, text } = await import("@clack/prompts");
  const known = assumed.kind === "files" ? assumed : undefined;
  const certificate = await text({
    message: words.say("cli-init-ask-certificate-file"),
    ...(known === undefined ? {} : { initialValue: known.certificate }),
  });
  if (isCancel(certificate)) return undefined;
  const key = await text({
    message: words.say("cli-init-ask-key-file"),
    ...(known === undefined ? {} : { initialValue: known.key }),
  });
  return isCancel(key) ? undefined : { kind: "files", certificate, key };
}

function isHostname(value: string | undefined): boolean {
  const parsed = parseDomain(value ?? "");
  return parsed.ok && parsed.value.includes(".");
}
