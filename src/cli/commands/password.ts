/** `surehop password`: from a password, asked for or piped in, to the hash that stands in the configuration. */
import { hashPassword } from "../../intake/index.ts";
import { systemRandom } from "../../system/index.ts";
import { exitCodes, type CommandContext } from "../terminal.ts";
import { askPassword, readStdin } from "../input.ts";

const passwordMaxBytes = 4096;

export async function runPassword(context: CommandContext, options: { stdin?: boolean }): Promise<number> {
  const { terminal, words } = context;
  const fromPipe = options.stdin === true || !terminal.isInteractive;
  const password = fromPipe
    ? (await readStdin(passwordMaxBytes))?.toString("utf8").replace(/\r?\n$/, "")
    : await askPassword(words, { twice: true });
  if (password === undefined) return exitCodes.failed;
  try {
    terminal.out(await hashPassword(password, systemRandom));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    terminal.err(words.say("cli-password-unfit"));
    return exitCodes.failed;
  }
}
