import { posix } from "node:path";
import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "./function-folder.ts";
import type { SettingsFile } from "./parse-settings.ts";
import { type Language, runtimeOf } from "./runtimes.ts";
import type { SettingsText } from "./settings-schema.ts";
import type { Settings, TargetSettings } from "./settings.ts";

/** What the console writes for a new function; the other languages have no usual name. */
const handlerByLanguage: Readonly<Record<Language, string>> = {
  python: "lambda_function.lambda_handler",
  nodejs: "index.handler",
  provided: "bootstrap",
  ruby: "lambda_function.lambda_handler",
  java: "",
  dotnet: "",
};

/**
 * One function's settings out of its files: the nearest wins, maps merge, lists replace; then the defaults.
 *
 * @param parsed the files that exist, nearest first
 * @throws BrigError `config-invalid` for what only shows when the files are put together
 */
export function settleSettings(
  folder: FunctionFolder,
  files: Settings["files"],
  parsed: readonly SettingsFile[],
): Settings {
  const merged = parsed.reduceRight<Tree>(
    (below, { value }) => mergeMembers(below, value),
    {},
  ) as SettingsText;
  const { build = {}, function: members = {}, targets = {}, test = {} } = merged;
  for (const key of ["source", "requirements", "output"] as const) {
    refuseOutside(folder, parsed, key, build[key]);
  }
  if (build.command !== undefined && build.output === undefined) {
    throw new BrigError(
      "config-invalid",
      `${locate(parsed, ["build", "command"])}: "build.command" needs "build.output", the folder that it fills`,
      "output: dist/",
    );
  }
  const runtime = members.Runtime ?? null;
  const language = runtimeOf(runtime ?? "")?.language ?? "python";
  return {
    function: members,
    runtime,
    handler: members.Handler ?? handlerByLanguage[language],
    architecture: members.Architectures?.[0] ?? "x86_64",
    build: {
      source: tidy(build.source ?? "src"),
      requirements: build.requirements,
      groups: build.groups ?? [],
      command: build.command,
      output: build.output === undefined ? undefined : tidy(build.output),
      exclude: build.exclude ?? [],
      bytecode: build.bytecode,
      allow: build.allow ?? [],
    },
    test: { requirements: test.requirements ?? [], local: test.local ?? false },
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [name, settleTarget(name, target)]),
    ),
    files,
    warnings: parsed.flatMap(({ warnings }) => warnings),
  };
}

type Tree = Readonly<Record<string, unknown>>;

function settleTarget(name: string, target: NonNullable<SettingsText["targets"]>[string]): TargetSettings {
  return {
    region: target.region,
    account: target.account,
    alias: target.alias ?? name,
    protected: target.protected ?? false,
    function: target.function ?? {},
  };
}

/** The nearest wins, maps merge, lists replace. */
export function mergeMembers(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = Object.hasOwn(below, key) ? below[key] : undefined;
    merged[key] = isTree(under) && isTree(value) ? mergeMembers(under, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `./lib/` means `lib`. */
function tidy(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

/** A path is relative to the function's folder, so whether it leaves the repository depends on where that is. */
function refuseOutside(
  folder: FunctionFolder,
  parsed: readonly SettingsFile[],
  key: "source" | "requirements" | "output",
  path: string | undefined,
): void {
  if (path === undefined) return;
  const fromRoot = posix.normalize(posix.join(folder.path, path));
  if (fromRoot !== ".." && !fromRoot.startsWith("../")) return;
  throw new BrigError(
    "config-invalid",
    `${locate(parsed, ["build", key])}: "build.${key}" leaves the repository: "${path}" of ${folder.path}`,
    `use a path inside of it, relative to ${folder.path}`,
  );
}

function locate(parsed: readonly SettingsFile[], path: readonly [section: "build", key: string]): string {
  const saying = parsed.find(({ value }) => Object.hasOwn(value.build ?? {}, path[1]));
  return saying?.locateValue(path) ?? "brig.yaml";
}
