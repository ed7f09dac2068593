import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { parseLock } from "../python/lock-file.ts";
import { runProgram } from "../run-program.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { addIgnoredFolders } from "../workspace/new-files.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { runtimeOf } from "../workspace/runtimes.ts";
import { describeFunction } from "./list.ts";
import { settleRuntime } from "./settle-runtime.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

/** One thing that was looked at. */
export interface Check {
  /** `node`, `git`, `uv`, `python3.13`, `cache`, `clock`, `credentials`, or a function's name. */
  readonly subject: string;
  /** A fault stops builds; a warning does not. */
  readonly state: "good" | "warning" | "fault";
  readonly message: string;
  readonly hint: string | null;
}

/** Looks at the machine and at every function's folder; changes nothing but the store. */
export async function examine(context: Context): Promise<readonly Check[]> {
  const workspace = await findWorkspace(context).catch((error: unknown) => {
    if (error instanceof BrigError && error.code === "workspace-not-found")
      return { root: context.cwd, functions: [] };
    throw error;
  });
  const store = await openWorkshop(workspace, { offline: false, jobs: 1 }, context).catch(
    (error: unknown) => {
      if (error instanceof BrigError) return error;
      throw error;
    },
  );
  const machine = [
    checkNode(),
    await checkProgram("git", context),
    checkClock(context),
    checkCredentials(context),
  ];
  if (store instanceof BrigError) return [...machine, faultOf("cache", store)];
  const functions = await Promise.all(
    workspace.functions.map((folder) => checkFunction(folder, store, context)),
  );
  return [
    ...machine,
    checkCache(store),
    await checkUv(store, workspace.root),
    ...(await checkInterpreters(store)),
    ...checkIgnored(workspace.root, workspace.functions.length),
    ...functions.flat(),
  ];
}

function checkNode(): Check {
  return good("node", process.version);
}

async function checkProgram(name: string, context: Context): Promise<Check> {
  try {
    const { stdout } = await runProgram(name, ["--version"], { ...context, cwd: "/" });
    return good(name, stdout.trim());
  } catch {
    return {
      subject: name,
      state: "warning",
      message: `${name} is not on PATH: builds record no commit`,
      hint: `install ${name}`,
    };
  }
}

/** A build's name holds the time, and AWS refuses requests whose time is off by more than five minutes. */
function checkClock(context: Context): Check {
  const now = context.now();
  if (now.getUTCFullYear() >= 2026) return good("clock", now.toISOString());
  const hint = "set the clock: sudo timedatectl set-ntp true";
  return { subject: "clock", state: "fault", message: `it is said to be ${now.toISOString()}`, hint };
}

function checkCredentials({ env }: Context): Check {
  const files = [env["AWS_SHARED_CREDENTIALS_FILE"], env["AWS_CONFIG_FILE"], join(env["HOME"] ?? "", ".aws")];
  const found = env["AWS_ACCESS_KEY_ID"]
    ? "AWS_ACCESS_KEY_ID"
    : files.find((file) => file && existsSync(file));
  return good(
    "credentials",
    found ? `AWS credentials may come from ${found}` : "none for AWS here, and none are needed to build",
  );
}

function checkCache({ store }: Workshop): Check {
  try {
    accessSync(store.folder, constants.W_OK);
    return good("cache", store.folder);
  } catch {
    const message = `the store ${store.folder} cannot be written`;
    return { subject: "cache", state: "warning", message, hint: "export BRIG_CACHE_DIR=/tmp/brig" };
  }
}

async function checkUv(workshop: Workshop, root: string): Promise<Check> {
  try {
    const { file, version } = await workshop.uv(await workshop.indexes(root));
    return good("uv", `${version} (${file})`);
  } catch (error) {
    if (!(error instanceof BrigError)) throw error;
    return faultOf("uv", error);
  }
}

async function checkInterpreters(workshop: Workshop): Promise<Check[]> {
  const found = await workshop.interpreters();
  if (found.length === 0) {
    const hint = "uv python install 3.13";
    return [{ subject: "python", state: "warning", message: "no Python 3.9 or newer was found", hint }];
  }
  const newest = found.filter(
    (each, index) => found.findIndex(({ minor }) => minor === each.minor) === index,
  );
  return newest.map(({ minor, version, file }) => good(`python${minor}`, `${version} (${file})`));
}

function checkIgnored(root: string, functions: number): Check[] {
  const file = join(root, ".gitignore");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (functions === 0 || addIgnoredFolders(text) === text) return [];
  const message = "stg/ and builds/ are not in .gitignore";
  return [{ subject: "workspace", state: "warning", message, hint: "brig init" }];
}

async function checkFunction(folder: FunctionFolder, workshop: Workshop, context: Context): Promise<Check[]> {
  const subject = folder.name;
  const listed = describeFunction(workshop.workspace, folder);
  if (listed.error !== null)
    return [{ subject, state: "fault", message: listed.error.message, hint: listed.error.hint }];
  const checks: Check[] = [];
  const settings = readSettings(workshop.workspace, folder);
  const interpreters = await workshop.interpreters();
  const runtime = settleRuntime(settings, interpreters, context.now());
  const warn = (message: string, hint: string | null): unknown =>
    checks.push({ subject, state: "warning", message, hint });
  if (listed.readmeProblem !== null) {
    warn(
      `${folder.path} ${listed.readmeProblem}`,
      `write one: ${folder.path}/README.md with a section "Code review policy"`,
    );
  }
  for (const { message, hint } of [...settings.warnings, ...runtime.warnings]) warn(message, hint);
  if (settings.runtime === null && runtime.name !== null)
    warn("Runtime is not named", `function: {Runtime: ${runtime.name}}`);
  const minor = runtime.name === null ? undefined : runtimeOf(runtime.name)?.python;
  if (minor !== undefined && !interpreters.some((each) => each.minor === minor)) {
    const message = `no Python ${minor} is here for ${runtime.name}`;
    checks.push({ subject, state: "fault", message, hint: `uv python install ${minor}` });
  }
  const source = settings.build.command ? "." : settings.build.source;
  if (!statSync(join(folder.folder, source), { throwIfNoEntry: false })?.isDirectory()) {
    const message = `${folder.path} has no folder ${source}`;
    checks.push({ subject, state: "fault", message, hint: `mkdir -p '${folder.path}/${source}'` });
  }
  checks.push(...checkLock(folder));
  return checks.length > 0 ? checks : [good(subject, folder.path)];
}

function checkLock(folder: FunctionFolder): Check[] {
  const file = join(folder.folder, "pylock.toml");
  if (!existsSync(file)) return [];
  if (!statSync(file).isFile()) {
    const message = `${folder.path}/pylock.toml is no file`;
    return [{ subject: folder.name, state: "fault", message, hint: `mv '${file}' '${file}.old'` }];
  }
  try {
    parseLock(readFileSync(file, "utf8"), `${folder.path}/pylock.toml`);
    return [];
  } catch (error) {
    if (!(error instanceof BrigError)) throw error;
    return [faultOf(folder.name, error)];
  }
}

function faultOf(subject: string, { message, hint }: BrigError): Check {
  return { subject, state: "fault", message, hint };
}

function good(subject: string, message: string): Check {
  return { subject, state: "good", message, hint: null };
}
