import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Node of this major version, as npm's package `node` brings it; kept for the next run of the tests. */
export function findNode(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const kept = installFromNpm(`node@${major}`, `node-${major}`);
  const file = join(kept ?? "", "node_modules/node/bin/node");
  return kept !== undefined && existsSync(file) ? file : undefined;
}

/**
 * The folder in which npm has installed a package, kept for the next run of the tests; undefined where it cannot be had.
 *
 * @param flags `--ignore-scripts` where what the package builds for itself is not needed
 */
export function installFromNpm(
  specifier: string,
  name: string,
  flags: readonly string[] = [],
): string | undefined {
  const kept = join(tmpdir(), `brig-test-${name}`);
  if (existsSync(join(kept, "node_modules"))) return kept;
  const folder = mkdtempSync(join(tmpdir(), "brig-test-npm-"));
  writeFileSync(join(folder, "package.json"), "{}");
  try {
    const args = [
      "install",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--engine-strict=false",
      ...flags,
      specifier,
    ];
    execFileSync("npm", args, { cwd: folder, stdio: "ignore", timeout: 200_000 });
    renameSync(folder, kept);
  } catch {
    rmSync(folder, { recursive: true, force: true });
    // Others may have been quicker.
    return existsSync(join(kept, "node_modules")) ? kept : undefined;
  }
  return kept;
}
