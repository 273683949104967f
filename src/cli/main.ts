/** Where the command begins: the language, then the command, then its exit code. */
import { runCli } from "./program.ts";
import { processTerminal } from "./terminal.ts";

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
