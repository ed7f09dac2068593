import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { renderCommand, runProgram } from "../run-program.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { Settings } from "../workspace/settings.ts";
import { readSources } from "../workspace/sources.ts";
import { FileHashes, type KnownHashes } from "../build/file-hashes.ts";
import { createHash } from "node:crypto";

/** A run of `build.command`, or that none was needed because the files it works on are as they were. */
export interface CommandRun {
  /** Digest of the command and of every file of the function's folder that it may read. */
  readonly digest: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly hashes: KnownHashes;
}

/**
 * Runs the function's own build program, which fills `build.output`. It is not run again while no other file of the
 * function's folder has changed.
 *
 * @param last what the last build kept of its run
 * @throws BrigError `command-failed` with the program's exit status; what it printed is shown
 */
export async function runBuildCommand(
  folder: FunctionFolder,
  settings: Settings,
  last: Pick<CommandRun, "digest" | "hashes"> | undefined,
  boundary: string,
  context: Context,
): Promise<CommandRun> {
  const command = settings.build.command!;
  const output = posix.normalize(settings.build.output!).replace(/\/$/, "");
  const exclude = ["stg", "builds", output, "node_modules"].map((name) => name.replace(/^\.\//, ""));
  const read = (): CommandRun => {
    const { files, folders, links } = readSources({ folder: folder.folder, boundary, exclude });
    const hashes = new FileHashes(last?.hashes ?? {}, context.now());
    const listed = files.map(({ path, file, executable }) => [path, hashes.hash(file)?.sha256, executable]);
    return {
      digest: createHash("sha256")
        .update(JSON.stringify([command, output, listed]))
        .digest("hex"),
      files: [...files.map(({ file }) => file), ...links.map(({ link }) => link)],
      folders: folders.map((each) => each.folder),
      hashes: hashes.known(),
    };
  };
  const before = read();
  if (before.digest === last?.digest && existsSync(join(folder.folder, output))) return before;
  context.report({ kind: "progress", subject: folder.name, activity: `running ${command.join(" ")}` });
  const { status, stdout, stderr } = await runProgram(command[0]!, command.slice(1), {
    cwd: folder.folder,
    env: context.env,
    signal: context.signal,
    onOutput: (text) => context.report({ kind: "output", subject: folder.name, text }),
  }).catch((cause: unknown) => {
    if (!(cause instanceof BrigError) || cause.code !== "tool-missing") throw cause;
    const message = `build.command of ${folder.path} cannot be run: ${cause.message}`;
    throw new BrigError("tool-missing", message, `command -v ${renderCommand([command[0]!])}`, { cause });
  });
  if (status !== 0) {
    const last20 = `${stdout}${stderr}`.trimEnd().split("\n").slice(-20).join("\n");
    throw new BrigError(
      "command-failed",
      `build.command "${command.join(" ")}" ended with status ${status}${last20 === "" ? "" : `:\n${last20}`}`,
      `run it by itself: ${renderCommand(["cd", folder.path])} && ${renderCommand(command)}`,
    );
  }
  if (!existsSync(join(folder.folder, output))) {
    throw new BrigError(
      "source-missing",
      `build.command of ${folder.path} ended well, but there is no ${output}, which build.output names`,
      "build: {output: dist}   # the folder that the command fills",
    );
  }
  // A program may write beside its output (a lock, a cache): what counts is what is there when it is done.
  return read();
}
