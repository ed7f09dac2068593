import { dirname, join } from "node:path";
import { BrigError } from "../../errors.ts";
import type { RunnableVersion } from "../contract.ts";
import { planNodeArguments } from "./nodejs/node-arguments.ts";
import { nodeProgram } from "./nodejs/node-program.ts";
import { pythonProgram } from "./python/python-program.ts";
import type { ShownPath } from "./shown-paths.ts";
import { writeProgram } from "./work-folder.ts";

/** What runs the code of a managed runtime on this machine. */
export interface LanguageProgram {
  /** Absolute path of the executable; no shim. */
  readonly file: string;
  /** Of Python: what Lambda brings along besides the standard library (boto3). */
  readonly packages?: RuntimePackages;
  /** Of Node: files from whose places `@aws-sdk/…` is resolved when the function does not have it; the first that has it wins. */
  readonly sdkPlaces?: readonly string[];
}

export interface RuntimePackages {
  /** Absolute path; it need not be there yet. */
  readonly folder: string;
  /**
   * Sees to it that the packages are there.
   *
   * @throws BrigError `offline`, `resolve-failed` when they are not and cannot be fetched
   */
  readonly ensure: () => Promise<void>;
}

export interface Languages {
  /** @throws BrigError `python-missing` */
  readonly interpreterFor: (minor: string) => Promise<LanguageProgram>;
  /** @throws BrigError `tool-missing` */
  readonly nodeFor: (major: string) => Promise<LanguageProgram>;
}

/** How a function's runtime is started here. */
export interface Launch {
  /** `provided`: the function's own bootstrap, which speaks the Runtime API. */
  readonly kind: "managed" | "provided";
  /** Of the interpreter; of a `provided` one only the name. */
  readonly file: string;
  readonly args: readonly string[];
  /** The bootstrap makes a process group when it is told to. */
  readonly canGroup: boolean;
  /** `/var/runtime` */
  readonly runtimeFolder: string | undefined;
  /** `/var/lang/bin` */
  readonly languageBinaries: string | undefined;
  readonly packages: RuntimePackages | undefined;
  readonly sdkPlaces: readonly string[];
  readonly shown: readonly ShownPath[];
}

/**
 * Finds what runs the version's code and writes the bootstrap into `programFolder`, once.
 *
 * @throws BrigError `python-missing`, `tool-missing` when there is nothing to run it with
 */
export async function prepareLaunch(
  version: RunnableVersion,
  languages: Languages,
  programFolder: string,
): Promise<Launch> {
  const { runtime, memorySize } = version;
  // The bootstrap is in the Python of 3.9.
  const minor = /^python(3\.(?:9|\d\d+))$/.exec(runtime)?.[1];
  if (minor !== undefined) {
    const program = await languages.interpreterFor(minor);
    const runtimeFolder = join(programFolder, "python");
    await writeProgram(runtimeFolder, pythonProgram);
    // Without site: what is installed on this machine is not there on Lambda. Unbuffered: what was printed before a crash is seen.
    const library = join(dirname(dirname(program.file)), "lib", `python${minor}`);
    return manage(program, ["-S", "-u", join(runtimeFolder, "bootstrap.py")], true, runtimeFolder, [
      { folder: library, shown: `/var/lang/lib/python${minor}` },
      ...(program.packages === undefined
        ? []
        : [{ folder: program.packages.folder, shown: `/var/lang/lib/python${minor}/site-packages` }]),
    ]);
  }
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  if (major !== undefined) {
    const program = await languages.nodeFor(major);
    const runtimeFolder = join(programFolder, "nodejs");
    await writeProgram(runtimeFolder, nodeProgram);
    const args = [...planNodeArguments(Number(major), memorySize), join(runtimeFolder, "index.mjs")];
    const shown = (program.sdkPlaces ?? []).map((file) => join(dirname(file), "node_modules"));
    return manage(
      program,
      args,
      // Node has no call for it.
      false,
      runtimeFolder,
      shown.map((folder) => ({ folder, shown: "/var/runtime/node_modules" })),
    );
  }
  if (runtime.startsWith("provided"))
    return {
      kind: "provided",
      file: "bootstrap",
      args: [],
      canGroup: false,
      runtimeFolder: undefined,
      languageBinaries: undefined,
      packages: undefined,
      sdkPlaces: [],
      shown: [],
    };
  throw new BrigError(
    "tool-missing",
    `${version.functionName} has the runtime ${runtime}, which local Lambda cannot run`,
    "runtimes that it can run: python3.9 and later, nodejs20.x and later, provided.al2023, provided.al2",
  );
}

function manage(
  program: LanguageProgram,
  args: readonly string[],
  canGroup: boolean,
  runtimeFolder: string,
  shown: readonly ShownPath[],
): Launch {
  return {
    kind: "managed",
    file: program.file,
    args,
    canGroup,
    runtimeFolder,
    languageBinaries: dirname(program.file),
    packages: program.packages,
    sdkPlaces: program.sdkPlaces ?? [],
    shown: [...shown, { folder: runtimeFolder, shown: "/var/runtime" }],
  };
}
