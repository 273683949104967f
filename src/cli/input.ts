/** What people or pipes give: passwords, texts. */
import type { Words } from "../words/index.ts";

/** All of standard input, or undefined if it is more than `maxBytes`. */
export async function readStdin(maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Asks on the terminal without showing what is typed; undefined if the person gave up. */
export async function askPassword(words: Words, options: { readonly twice: boolean }): Promise<string | undefined> {
  const { isCancel, password } = await import("@clack/prompts");
  const first = await password({
    message: words.say("cli-ask-password"),
    validate: (value) => (value === undefined || value === "" ? words.say("cli-ask-password-empty") : undefined),
  });
  if (isCancel(first)) return undefined;
  if (!options.twice) return first;
  const second = await password({
    message: words.say("cli-ask-password-again"),
    validate: (value) => (value === first ? undefined : words.say("cli-ask-password-differs")),
  });
  return isCancel(second) ? undefined : first;
}
