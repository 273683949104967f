/** The command line, from the very program that prints its help. */
import type { Command } from "commander";
import { buildProgram } from "../../src/cli/program.ts";
import { exitCodes, type Terminal } from "../../src/cli/terminal.ts";
import { createWords } from "../../src/words/index.ts";
import { code, head, page, table } from "./markdown.ts";

export function cliPage(): string {
  const program = buildProgram({ terminal, words: createWords("en"), language: "en" });
  return page(
    head(
      "Command line",
      "src/cli/program.ts",
      oneLine(program.description()),
      "Every command knows `--help`, in English and Chinese. A checkout runs the command as `npx surehop …` or " +
        "`node bin/surehop.js …`.",
    ),
    ...commandsOf(program).map((command) => section(command)),
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.entries(exitCodes).map(([name, value]) => [String(value), meanings[name as keyof typeof exitCodes]]),
    ),
  );
}

const meanings = {
  ok: "done; for `send`: every recipient's copy was delivered, or the message was accepted and its story is not followed",
  failed: "not done; what to do about it was said on standard error",
  usage: "the command was not understood: nothing was done",
  returned: "`send` alone: at least one recipient's copy came back",
  waiting: "`send` alone: at least one recipient still waits; the relay goes on trying",
} satisfies Record<keyof typeof exitCodes, string>;

/** The program itself, then every command that does something, in the order of the help. */
function commandsOf(command: Command): readonly Command[] {
  const below = command.commands.flatMap(commandsOf);
  const isGroup = command.commands.length > 0 && command.parent !== null && command.registeredArguments.length === 0;
  return isGroup ? below : [command, ...below];
}

function section(command: Command): string {
  const name = fullName(command);
  const usage = [name, ...command.registeredArguments.map((one) => argumentText(one)), "[options]"].join(" ");
  const about = command.parent === null ? [] : [`${capital(oneLine(command.description()))}.`];
  const rows = command.options.filter((option) => !option.hidden).map((option) => optionRow(option));
  const shared = command.parent === null ? [["`-h`, `--help`", "show the help"]] : [];
  return [
    `## ${code(name)}`,
    ...about,
    `\`\`\`text\n${usage}\n\`\`\``,
    table(["option", "meaning"], [...rows, ...shared]),
  ].join("\n\n");
}

function optionRow(option: Command["options"][number]): readonly string[] {
  const flags = option.flags.split(/, /).map(code).join(", ");
  return [flags, `${option.description}${option.mandatory ? " (needed)" : ""}`];
}

function argumentText(argument: Command["registeredArguments"][number]): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Says nothing: the program is looked at, not run. */
const terminal: Terminal = {
  out() {},
  err() {},
  isInteractive: false,
  hasColour: false,
  environment: {},
  directory: ".",
};
