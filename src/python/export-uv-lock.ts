import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { inTemporaryFolder } from "../store/temporary-folder.ts";
import { readResult } from "./compile-requirements.ts";
import { uvArguments } from "./index-settings.ts";
import type { PylockPackage } from "./pylock.ts";
import type { Resolving } from "./resolving.ts";
import { uvEnvironment } from "./uv-environment.ts";
import { explainFailure, resolveFault } from "./uv-failure.ts";

/**
 * The packages that a `uv.lock` gives for the target, without the project itself and its development groups.
 *
 * @throws BrigError `lock-outdated` where pyproject.toml has moved on since
 */
export async function exportUvLock({
  compilation,
  interpreter,
  context,
}: Resolving): Promise<readonly PylockPackage[]> {
  const { requirements, settings, uv, offline } = compilation;
  const project = requirements.project;
  if (!project) throw new Error("there is no uv.lock to export");
  return await inTemporaryFolder("export", async (work) => {
    const output = join(work, "pylock.toml");
    const run = async (mode: "--locked" | "--frozen"): Promise<string | undefined> => {
      const args = [
        "export",
        mode,
        "--quiet",
        "--format",
        "pylock.toml",
        "--no-header",
        "--output-file",
        output,
        "--no-emit-project",
        "--no-default-groups",
        "--project",
        dirname(project.file),
        "--python",
        interpreter.file,
        ...project.groups.flatMap((group) => ["--group", group]),
        ...(offline ? ["--offline"] : []),
        ...uvArguments(settings),
      ];
      const env = uvEnvironment(settings, context);
      const result = await runProgram(uv.file, args, {
        cwd: dirname(project.file),
        env,
        signal: context.signal,
      });
      return result.status === 0
        ? undefined
        : explainFailure(result.stderr, settings, new Map([[work, "."]]));
    };
    const fault = await run("--locked");
    if (fault !== undefined) {
      // What can be exported as it stands, but not as up to date, is outdated; anything else is another fault.
      const other = await run("--frozen");
      if (other !== undefined) throw resolveFault(other, offline, "uv lock");
      throw new BrigError(
        "lock-outdated",
        `uv.lock is not what pyproject.toml asks for: ${fault}`,
        "uv lock",
      );
    }
    return readResult(await readFile(output, "utf8"), work, compilation.target);
  });
}
