import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "../context.ts";
import { runProgram } from "../run-program.ts";
import { sha256Of } from "../store/content.ts";
import { inTemporaryFolder } from "../store/temporary-folder.ts";
import { type Attempt, type Compilation, compiledName, planCompile } from "./compilation.ts";
import type { PythonTarget } from "./lock.ts";
import { evaluateMarker, markerEnvironment } from "./marker.ts";
import { type PylockPackage, parsePylock } from "./pylock.ts";
import { explainFailure } from "./uv-failure.ts";
import { uvProjectFile } from "./uv-configuration.ts";
import { uvEnvironment } from "./uv-environment.ts";

export type Compiled =
  | { readonly ok: true; readonly packages: readonly PylockPackage[] }
  | { readonly ok: false; readonly explanation: string };

/**
 * What `uv pip compile` says to one attempt. Requirements reach uv flattened, in a temporary folder for this user only.
 * Paths in the result are absolute. Functions that ask the very same share one run.
 *
 * @throws BrigError `interrupted`, `tool-missing`
 */
export async function compileRequirements(
  compilation: Compilation,
  attempt: Attempt,
  context: Context,
): Promise<Compiled> {
  const key = compileKey(compilation, attempt);
  return await compilation.store.once(key, () => runCompile(compilation, attempt, context));
}

/**
 * Everything that uv's answer depends on and that functions of one command can differ in. Of the function's folder that
 * is where uv finds its own settings from there, and what a relative index means; the environment is the same for all.
 */
function compileKey(compilation: Compilation, attempt: Attempt): string {
  const { folder, settings, target, uv } = compilation;
  const { args, files } = planCompile(compilation, attempt, "");
  const isRelative = settings.indexes.some(({ url }) => !URL.canParse(url));
  const place = isRelative ? folder : (uvProjectFile(folder) ?? null);
  // A digest, since indexes hold credentials.
  return `compile ${sha256Of(JSON.stringify([uv.file, args, [...files], settings, target, place]))}`;
}

async function runCompile(compilation: Compilation, attempt: Attempt, context: Context): Promise<Compiled> {
  return await inTemporaryFolder("resolve", async (work) => {
    const { folder, settings, target, uv } = compilation;
    const { args, files } = planCompile(compilation, attempt, work);
    for (const [name, text] of files) await writeFile(join(work, name), text, { mode: 0o600 });
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
    return { ok: true, packages: readResult(await readFile(join(work, compiledName), "utf8"), work, target) };
  });
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
