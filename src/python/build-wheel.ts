import { chmod, copyFile, mkdir, readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { inTemporaryFolder } from "../store/temporary-folder.ts";
import { listSourceFolder } from "./directory-digest.ts";
import { type IndexSettings, uvArguments } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import type { PythonTarget } from "./lock.ts";
import { type GitSource, cloneRepository } from "./clone-repository.ts";
import { explainFailure } from "./uv-failure.ts";
import { findUnpackaged } from "./unpackaged-files.ts";
import type { Uv } from "./uv.ts";
import { uvEnvironment } from "./uv-environment.ts";
import { describeTarget } from "./wheel-missing.ts";
import { findWheelGlibcNeed } from "./wheel/glibc-need.ts";
import { normaliseWheel } from "./wheel/normalise-wheel.ts";
import { parseWheelName } from "./wheel/wheel-name.ts";

/** What a wheel is built from; paths are absolute. */
export type BuildSource =
  | { readonly kind: "archive"; readonly file: string; readonly subdirectory: string | undefined }
  | { readonly kind: "directory"; readonly folder: string; readonly boundary: string }
  | ({ readonly kind: "vcs"; readonly subdirectory: string | undefined } & GitSource);

export interface WheelBuild {
  /** For messages: `docopt 0.6.2`, `../../lib/common`. */
  readonly title: string;
  readonly source: BuildSource;
  readonly target: PythonTarget;
  readonly interpreter: Interpreter;
  readonly uv: Uv;
  readonly settings: IndexSettings;
  readonly offline: boolean;
}

export interface BuiltWheel {
  /** File name of the wheel. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** 1980-01-01: what zips can hold, and the same wherever a backend writes a date. */
const sourceDate = "315532800";

/**
 * Builds a wheel from source with `uv build` in a temporary folder: nothing appears beside the user's source. The
 * wheel is packed anew, so that no byte of it comes from this machine's zlib.
 *
 * @throws BrigError `wheel-missing` when it cannot be built, or what was built runs here but not on Lambda
 */
export async function buildWheel(build: WheelBuild, context: Context): Promise<BuiltWheel> {
  return await inTemporaryFolder("wheel", async (work) => {
    context.report({ kind: "note", subject: null, text: `building a wheel of ${build.title}, once` });
    const source = await layOutSource(build, work, context);
    const out = join(work, "out");
    const args = ["build", "--wheel", "--python", build.interpreter.file, "--out-dir", out];
    if (build.offline) args.push("--offline");
    const { status, stderr } = await runProgram(
      build.uv.file,
      [...args, ...uvArguments(build.settings), source],
      {
        cwd: work,
        env: { ...uvEnvironment(build.settings, context), SOURCE_DATE_EPOCH: sourceDate },
        signal: context.signal,
      },
    );
    const name = status === 0 ? (await readdir(out)).find((each) => each.endsWith(".whl")) : undefined;
    if (name === undefined)
      throw notBuilt(build, explainFailure(stderr, build.settings, new Map([[work, ""]])));
    const bytes = normaliseWheel(await readFile(join(out, name)), name);
    refuseUnfit(name, bytes, build);
    return { name, bytes };
  });
}

async function layOutSource(
  { source, interpreter, settings }: WheelBuild,
  work: string,
  context: Context,
): Promise<string> {
  const folder = join(work, "source");
  switch (source.kind) {
    case "directory": {
      const unpackaged = await findUnpackaged(source.folder, context);
      const { files } = listSourceFolder(source.folder, source.boundary, unpackaged);
      for (const { path, file, executable } of files) {
        const copy = join(folder, path);
        await mkdir(dirname(copy), { recursive: true });
        await copyFile(file, copy);
        await chmod(copy, executable ? 0o755 : 0o644);
      }
      return folder;
    }
    case "vcs":
      await cloneRepository(source, folder, settings, context);
      return await enter(folder, source.subdirectory ?? "");
    case "archive": {
      if (source.subdirectory === undefined) return source.file;
      await mkdir(folder);
      const unpack =
        "import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2], **({'filter': 'data'} if not sys.argv[1].endswith('.zip') else {}))";
      const options = { cwd: work, env: {}, signal: context.signal };
      const { status, stderr } = await runProgram(
        interpreter.file,
        ["-I", "-c", unpack, source.file, folder],
        options,
      );
      if (status !== 0)
        throw new BrigError(
          "wheel-missing",
          `${source.file} cannot be unpacked: ${stderr.trim().split("\n").at(-1)}`,
        );
      const [top = ""] = await readdir(folder);
      return await enter(join(folder, top), source.subdirectory);
    }
  }
}

/** A folder inside a source that a stranger made: neither `..` nor a link leads out of it. */
async function enter(root: string, subdirectory: string): Promise<string> {
  const folder = await realpath(join(root, subdirectory)).catch(() => undefined);
  const inside = relative(await realpath(root), folder ?? "/");
  if (folder !== undefined && inside.split(sep)[0] !== "..") return folder;
  throw new BrigError(
    "requirements-invalid",
    `the source has no folder ${JSON.stringify(subdirectory)}, which "subdirectory" names`,
    "name another folder after #subdirectory= in the requirement, or none",
  );
}

/** A wheel of pure Python runs everywhere; another one only where it was built, or on an older glibc that has all it needs. */
function refuseUnfit(name: string, bytes: Buffer, { title, target, interpreter }: WheelBuild): void {
  const { platforms, abis } = parseWheelName(name);
  if (platforms.every((platform) => platform === "any")) return;
  const wanted = describeTarget(target);
  const machine = interpreter.machine === "aarch64" ? "arm64" : interpreter.machine;
  const elsewhere = `function: {Architectures: [${machine}]}   # this host's, or build on a host that is like Lambda`;
  const sameMinor = abis.includes("abi3") || interpreter.minor === target.python;
  if (interpreter.system !== target.system || interpreter.machine !== target.machine || !sameMinor) {
    const here = `python${interpreter.minor} on ${interpreter.system} ${interpreter.machine}`;
    throw new BrigError(
      "wheel-missing",
      `${title} has only a source distribution; built here (${here}) it does not run on ${wanted}`,
      elsewhere,
    );
  }
  const need = findWheelGlibcNeed(bytes, name);
  const [major, minor] = target.floor;
  if (need && (need.version[0] > major || (need.version[0] === major && need.version[1] > minor))) {
    throw new BrigError(
      "wheel-missing",
      `${title} has only a source distribution; built here, ${need.path} needs glibc ${need.version.join(".")}, and there is no more than ${major}.${minor} for ${wanted}`,
      elsewhere,
    );
  }
}

function notBuilt({ title, offline }: WheelBuild, explanation: string): BrigError {
  if (offline) {
    const message = `a wheel of ${title} is not in the store, and building it needs the network: ${explanation}`;
    return new BrigError("offline", message, "brig build   # once with the network");
  }
  return new BrigError(
    "wheel-missing",
    `${title} has no wheel, and building one failed: ${explanation}`,
    "choose a version that has a wheel, or install what building it needs",
  );
}
