import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "../context.ts";
import { runProgram } from "../run-program.ts";
import { type IndexSettings, uvArguments } from "./index-settings.ts";
import type { Lock, PythonTarget } from "./lock.ts";
import { evaluateMarker, markerEnvironment } from "./marker.ts";
import { type PylockPackage, parsePylock } from "./pylock.ts";
import { renderLock } from "./render-lock.ts";
import type { Requirement, Requirements } from "./requirements.ts";
import { explainFailure } from "./uv-failure.ts";
import { uvEnvironment } from "./uv-environment.ts";
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

export type Compiled =
  | { readonly ok: true; readonly packages: readonly PylockPackage[] }
  | { readonly ok: false; readonly explanation: string };

/**
 * Runs `uv pip compile` once. Requirements reach uv flattened, in a temporary folder for this user only.
 * Paths in the result are absolute.
 *
 * @throws BrigError `interrupted`, `tool-missing`
 */
export async function compileRequirements(
  compilation: Compilation,
  attempt: Attempt,
  context: Context,
): Promise<Compiled> {
  // mkdtemp makes it 0700; its real path, since uv's answers are relative to that.
  const work = await realpath(await mkdtemp(join(tmpdir(), "brig-resolve-")));
  try {
    const output = join(work, "pylock.toml");
    const args = await writeInputs(compilation, attempt, work, output);
    const { folder, settings, target, uv } = compilation;
    const env = {
      ...uvEnvironment(settings, context),
      ...deploymentTarget(target),
      DIST_EXTRA_CONFIG: await keepEggInfoOut(work),
    };
    const result = await runProgram(uv.file, args, { cwd: folder, env, signal: context.signal });
    if (result.status !== 0) {
      const hidden = new Map([
        [join(work, "requirements.in"), "requirements"],
        [join(work, "constraints.in"), "constraints"],
        [work, "."],
      ]);
      return { ok: false, explanation: explainFailure(result.stderr, settings, hidden) };
    }
    return { ok: true, packages: readResult(await readFile(output, "utf8"), work, target) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeInputs(
  compilation: Compilation,
  attempt: Attempt,
  work: string,
  output: string,
): Promise<readonly string[]> {
  const { requirements, upgrade, previous } = compilation;
  const { options, project } = requirements;
  const isOwn = (line: Requirement): boolean => attempt.alone === undefined || line.name === attempt.alone;
  const own = requirements.requirements.filter(isOwn);
  const lines = own.map((line) => line.text);
  if (attempt.alone !== undefined && lines.length === 0) lines.push(attempt.alone);
  const inputs: string[] = [];
  if (lines.length > 0) inputs.push(await writePrivate(work, "requirements.in", lines));
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
  if (constraints.length > 0)
    inputs.push("--constraints", await writePrivate(work, "constraints.in", constraints));
  if (previous && upgrade !== true && attempt.alone === undefined)
    await writeFile(output, renderLock(previous));
  return [
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--output-file",
    output,
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
}

/**
 * uv believes what it knows of a source folder while pyproject.toml, setup.py and setup.cfg stay as they are, but other
 * files may say what it depends on. (It takes no such wish without the network.)
 */
function refreshed({ kind, name }: Requirement): readonly string[] {
  if (kind !== "directory") return [];
  return name === undefined ? ["--refresh"] : ["--refresh-package", name];
}

async function writePrivate(work: string, name: string, lines: readonly string[]): Promise<string> {
  const file = join(work, name);
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return file;
}

/**
 * To know what a source folder depends on, setuptools writes an egg-info, and would do so beside the user's sources.
 * https://setuptools.pypa.io/en/latest/deprecated/distutils/configfile.html
 */
async function keepEggInfoOut(work: string): Promise<string> {
  const folder = join(work, "egg-info");
  await mkdir(folder);
  const file = join(work, "setuptools.cfg");
  await writeFile(file, `[egg_info]\negg_base = ${folder.replaceAll("%", "%%")}\n`);
  return file;
}

/** uv takes the oldest macOS that wheels may need from here. */
function deploymentTarget(target: PythonTarget): Record<string, string> {
  return target.system === "macos" ? { MACOSX_DEPLOYMENT_TARGET: target.floor.join(".") } : {};
}

/** Packages whose markers hold, with absolute paths. */
export function readResult(text: string, work: string, target: PythonTarget): readonly PylockPackage[] {
  const environment = markerEnvironment(target);
  return parsePylock(text)
    .packages.filter((entry) => entry.marker === undefined || evaluateMarker(entry.marker, environment))
    .map((entry) => ({
      ...entry,
      wheels: entry.wheels.map((file) => atWork(file, work)),
      sdist: entry.sdist && atWork(entry.sdist, work),
      archive: entry.archive && atWork(entry.archive, work),
      directory: entry.directory === undefined ? undefined : resolve(work, entry.directory),
    }));
}

function atWork<F extends { readonly url: string | undefined; readonly path: string | undefined }>(
  file: F,
  work: string,
): F {
  if (file.path !== undefined) return { ...file, path: resolve(work, file.path) };
  if (file.url === undefined || !/^file:/i.test(file.url)) return file;
  return { ...file, url: undefined, path: fileURLToPath(file.url) };
}
