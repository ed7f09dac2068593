import { basename, delimiter, dirname } from "node:path";
import type { Context } from "../context.ts";
import type { BrigError } from "../errors.ts";
import { renderCommand } from "../run-program.ts";
import type { Choice } from "./choose-file.ts";
import type { Compilation } from "./compilation.ts";
import { requirementsFor } from "./hash-rules.ts";
import { listProjectFiles } from "./project-files.ts";
import type { PylockFile, PylockPackage } from "./pylock.ts";
import type { Resolving } from "./resolving.ts";
import { resolveFault } from "./uv-failure.ts";
import { filesOf, versionOf, wheelMissing } from "./wheel-missing.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";
import { matchWheelName } from "./wheel/wheel-name.ts";

/**
 * The error for a resolution that failed. Where a version that is asked for has wheels, but none that fits, that is the
 * reason, and a clearer one than the resolver's.
 */
export async function explainMissing(
  { compilation, http, context }: Resolving,
  explanation: string,
  unfit?: PylockPackage,
): Promise<BrigError> {
  const { requirements, settings, target, offline } = compilation;
  const suspects = new Map<string, string | undefined>();
  if (unfit) suspects.set(unfit.name, unfit.version);
  for (const line of requirementsFor(requirements, target)) {
    if (line.kind === "version" && line.name !== undefined && explanation.includes(line.name))
      suspects.set(line.name, line.pin);
  }
  for (const [, name = "", version] of explanation.matchAll(/\b([a-z0-9][a-z0-9._-]*)==(\d[\w.!+]*)/g)) {
    if (!suspects.has(name)) suspects.set(name, version);
  }
  for (const [name, version] of offline ? [] : [...suspects].slice(0, mostSuspects)) {
    const files = await listProjectFiles(name, settings, http);
    const blamed = blame(version, files, compilation.target, unfit?.name === name);
    if (blamed !== undefined) return wheelMissing(name, blamed, target, files);
  }
  return resolveFault(explanation, offline, wayOut(compilation, context));
}

/** A command that shows uv's whole explanation, wherever it is pasted: brig's own uv is not on PATH. */
function wayOut({ requirements, target, uv }: Compilation, { env }: Context): string {
  const { files, project } = requirements;
  const file = project?.withDependencies ? project.file : files[0]?.file;
  if (file === undefined) return "change test.requirements in brig.yaml";
  const isOnPath = (env["PATH"] ?? "").split(delimiter).includes(dirname(uv.file));
  const words = [isOnPath ? "uv" : uv.file, "pip", "compile", file, "--python-version", target.python];
  return `${renderCommand(words)}   # shows it all; then change ${basename(file)}`;
}

/** More pages than this are not fetched to word an error. */
const mostSuspects = 12;

/** The version whose wheels are to blame: the one asked for, or the newest where no version at all has one that fits. */
function blame(
  version: string | undefined,
  files: readonly PylockFile[],
  target: Parameters<typeof selectWheel>[1],
  isCertain: boolean,
): string | undefined {
  const hasOnlyUnfit = (own: readonly PylockFile[]): boolean =>
    own.some((file) => matchWheelName(file.name)) && !selectWheel(own, target);
  if (version !== undefined) {
    const own = filesOf(version, files);
    return isCertain ? version : hasOnlyUnfit(own) ? version : undefined;
  }
  const newest = files
    .map((file) => matchWheelName(file.name)?.version)
    .findLast((each) => each !== undefined && /^[\d.]+$/.test(each));
  return newest !== undefined && hasOnlyUnfit(files)
    ? newest
    : files.length > 0 && isCertain
      ? versionOf(files.at(-1)?.name ?? "")
      : undefined;
}

/**
 * An sdist beside which there are wheels for certain platforms only gives such a wheel when it is built: where this
 * machine is not the target's kind, building would be minutes for nothing.
 *
 * @throws BrigError `wheel-missing`
 */
export async function refuseForeignSdists(
  { compilation, http, interpreter }: Resolving,
  choices: readonly Choice[],
): Promise<void> {
  const { target, settings } = compilation;
  const isSame = interpreter.system === target.system && interpreter.machine === target.machine;
  if (isSame) return;
  for (const choice of choices) {
    if (choice.kind !== "sdist" || choice.package.version === undefined) continue;
    const files = await listProjectFiles(choice.package.name, settings, http);
    const wheels = filesOf(choice.package.version, files).flatMap((file) => matchWheelName(file.name) ?? []);
    if (wheels.length === 0 || wheels.some((wheel) => wheel.platforms.includes("any"))) continue;
    throw wheelMissing(choice.package.name, choice.package.version, target, files);
  }
}
