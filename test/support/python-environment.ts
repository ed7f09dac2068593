/** Client programs that PyPI has, each in a virtual environment that is kept between runs of the tests. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, runProgram } from "./brig.ts";
import { minor, pythonFile, uvFile } from "./python.ts";

/**
 * The `bin` folder of an environment with these packages, pinned; undefined, with a word on why, where no index has
 * the packages.
 */
export async function installPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  const folder = join(tmpdir(), `brig-test-${name}-${minor}`);
  const written = join(folder, "packages.txt");
  const wanted = packages.join("\n");
  if (existsSync(written) && readFileSync(written, "utf8") === wanted) return join(folder, "bin");
  rmSync(folder, { recursive: true, force: true });
  try {
    const [uv, python] = await Promise.all([uvFile(), pythonFile(minor)]);
    await uvRun(uv, "venv", "--quiet", "--python", python, folder);
    const into = ["--quiet", "--compile-bytecode", "--python", join(folder, "bin", "python")];
    await uvRun(uv, "pip", "install", ...into, ...packages);
  } catch (cause) {
    console.warn(`skipped: ${packages.join(" ")} cannot be installed here: ${String(cause)}`);
    return undefined;
  }
  // Last: what was cut short is made anew.
  writeFileSync(written, wanted);
  return join(folder, "bin");
}

async function uvRun(uv: string, ...args: readonly string[]): Promise<void> {
  const { status, stderr } = await runProgram(uv, args, tmpdir(), environment());
  if (status !== 0) throw new Error(`uv ${args[0]} ended with ${status}: ${stderr}`);
}
