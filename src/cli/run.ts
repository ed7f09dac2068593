import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { commands } from "./commands/table.ts";
import { renderCommandHelp, renderHelp } from "./help.ts";
import { internalFault, Output, reportOf, settleColors, type Stream } from "./output.ts";
import { type ParsedArguments, parseArguments } from "./parse-arguments.ts";
import { Progress } from "./progress.ts";
import { version } from "../version.ts";

/** The process as the command line sees it; tests hand in their own. */
export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly signal: AbortSignal;
}

/** Runs one command line and returns its exit status. Never throws, never ends the process. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  // Whatever goes wrong, `--json` promises one JSON document on stdout: also when the arguments cannot be read.
  const early = {
    json: argv.includes("--json"),
    quiet: false,
    verbose: false,
    color: { stdout: false, stderr: false },
  };
  let output = new Output(host, early);
  let progress = new Progress(output);
  let parsed: ParsedArguments | undefined;
  try {
    parsed = parseArguments(argv, commands);
    output = new Output(host, {
      ...parsed.global,
      color: settleColors(parsed.global.color, host.env, host),
    });
    progress = new Progress(output);
    return await runParsed(parsed, host, output, progress);
  } catch (error) {
    progress.clear();
    return conclude(host.signal.aborted ? interruption(parsed) : error, output);
  } finally {
    progress.clear();
  }
}

async function runParsed(
  { command, global, positionals, flags }: ParsedArguments,
  host: Host,
  output: Output,
  progress: Progress,
): Promise<number> {
  if (global.version) {
    output.result({ version }, `brig ${version}`);
    return 0;
  }
  if (command === undefined || global.help) {
    host.stdout.write(command ? renderCommandHelp(command) : renderHelp(commands));
    return command || global.help ? 0 : 2;
  }
  const context: Context = {
    cwd: realFolder(resolve(host.cwd, global.directory ?? ".")),
    env: host.env,
    now: () => new Date(),
    signal: host.signal,
    report: (event) => progress.report(event),
  };
  const cleared = {
    ...host,
    stdout: clearing(host.stdout, progress),
    stderr: clearing(host.stderr, progress),
  };
  const settings = { ...global, color: settleColors(global.color, host.env, host) };
  return await command.run({ positionals, flags, context, output: new Output(cleared, settings), commands });
}

/** Folders are walked up by their names: links on the way would lead elsewhere. */
function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    throw new BrigError(
      "usage-invalid",
      `there is no folder ${folder}`,
      "brig -C takes a folder that is there",
    );
  }
}

function clearing(stream: Stream, progress: Progress): Stream {
  return {
    ...(stream.isTTY === undefined ? {} : { isTTY: stream.isTTY }),
    write: (text) => {
      progress.clear();
      return stream.write(text);
    },
  };
}

function conclude(error: unknown, output: Output): number {
  const report = reportOf(error);
  if (output.json) output.result({ error: report }, "");
  else output.fault(report);
  if (error instanceof BrigError) return error.exitStatus;
  output.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return internalFault;
}

/** What runs on AWS goes on there, and of what was lost on the way nobody knows whether it came to be. */
function interruption(parsed: ParsedArguments | undefined): BrigError {
  const acts = parsed?.command?.acts;
  const isRemote = acts === "on AWS" || (acts !== undefined && parsed?.flags["target"] !== undefined);
  const left = isRemote
    ? "what AWS was asked for by then may be done all the same"
    : "everything is as it was before";
  return new BrigError("interrupted", `interrupted: ${left}`);
}
