import { join } from "node:path";
import type { Store } from "../store/store-directory.ts";
import { type IndexSettings, uvArguments } from "./index-settings.ts";
import type { Lock, PythonTarget } from "./lock.ts";
import { renderLock } from "./render-lock.ts";
import type { Requirement, Requirements } from "./requirements.ts";
import type { Uv } from "./uv.ts";

/** What stays the same over all attempts to resolve one function's requirements. */
export interface Compilation {
  /** Absolute path of the function's folder. */
  readonly folder: string;
  readonly requirements: Requirements;
  /** Further constraints, `name==version`. */
  readonly constraints: readonly string[];
  /** With the requirements' own indexes. */
  readonly settings: IndexSettings;
  readonly target: PythonTarget;
  /** Its versions are kept where they can be. */
  readonly previous: Lock | undefined;
  /** `true`: keep nothing; names: keep all but these. */
  readonly upgrade: boolean | readonly string[];
  readonly offline: boolean;
  readonly uv: Uv;
  /** What one function asked of uv, others need not ask again while it is open. */
  readonly store: Store;
  /** Absolute path of any interpreter: uv asks for one. */
  readonly interpreter: string;
}

/** One attempt. */
export interface Attempt {
  readonly platform: string;
  /** Which packages may only come as wheels. */
  readonly onlyBinary: "all" | ReadonlySet<string>;
  /** Versions not to be taken, by name. */
  readonly excluded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Resolve this one package alone, without what it depends on. */
  readonly alone?: string;
}

/** What one run of `uv pip compile` is given. */
export interface CompileInputs {
  readonly args: readonly string[];
  /** Texts of the files that the arguments name, by their name in the folder of the run. */
  readonly files: ReadonlyMap<string, string>;
}

/** The lock that uv writes, and whose versions it keeps where it finds one. */
export const compiledName = "pylock.toml";

/** @param work absolute path of the folder that the run has for itself */
export function planCompile(compilation: Compilation, attempt: Attempt, work: string): CompileInputs {
  const { requirements, upgrade, previous } = compilation;
  const { options, project } = requirements;
  const files = new Map<string, string>();
  const place = (name: string, lines: readonly string[]): string => {
    files.set(name, `${lines.join("\n")}\n`);
    return join(work, name);
  };
  const isOwn = (line: Requirement): boolean => attempt.alone === undefined || line.name === attempt.alone;
  const own = requirements.requirements.filter(isOwn);
  const lines = own.map((line) => line.text);
  if (attempt.alone !== undefined && lines.length === 0) lines.push(attempt.alone);
  const inputs: string[] = [];
  if (lines.length > 0) inputs.push(place("requirements.in", lines));
  if (project && attempt.alone === undefined) {
    if (project.withDependencies) inputs.push(project.file);
    for (const group of project.groups) inputs.push("--group", `${project.file}:${group}`);
  }
  const excluded = [...attempt.excluded].map(
    ([name, versions]) => name + [...versions].map((version) => `!=${version}`).join(","),
  );
  const constraints = [
    ...requirements.constraints.map((line) => line.text),
    ...compilation.constraints,
    ...excluded,
  ];
  if (constraints.length > 0) inputs.push("--constraints", place("constraints.in", constraints));
  if (previous && upgrade !== true && attempt.alone === undefined)
    files.set(compiledName, renderLock(previous));
  const args = [
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--output-file",
    join(work, compiledName),
    "--python-version",
    compilation.target.python,
    "--python-platform",
    attempt.platform,
    "--python",
    compilation.interpreter,
    ...(attempt.onlyBinary === "all"
      ? [":all:"]
      : [...attempt.onlyBinary, ...options.onlyBinary].toSorted()
    ).flatMap((name) => ["--only-binary", name]),
    ...[...options.noBinary].flatMap((name) => ["--no-binary", name]),
    ...(options.allowPrereleases ? ["--prerelease", "allow"] : []),
    ...options.configSettings.flatMap(({ name, setting }) => [
      "--config-settings-package",
      `${name}:${setting}`,
    ]),
    ...(Array.isArray(upgrade) ? upgrade.flatMap((name: string) => ["--upgrade-package", name]) : []),
    ...(compilation.offline ? ["--offline"] : own.flatMap(refreshed)),
    ...(attempt.alone === undefined ? [] : ["--no-deps"]),
    ...uvArguments(compilation.settings),
    ...inputs,
  ];
  return { args, files };
}

/**
 * uv believes what it knows of a source folder while pyproject.toml, setup.py and setup.cfg stay as they are, but other
 * files may say what it depends on. (It takes no such wish without the network.)
 */
export function refreshed({ kind, name }: Requirement): readonly string[] {
  if (kind !== "directory") return [];
  return name === undefined ? ["--refresh"] : ["--refresh-package", name];
}
