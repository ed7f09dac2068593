import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Languages, RuntimePackages } from "../local/runtime/language.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { storeDirectory } from "../store/store-directory.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { Workspace } from "../workspace/function-folder.ts";
import type { Workshop } from "./workshop.ts";

/** Interpreters that builds settled on, by minor version: they need not be looked for again. */
export type KnownInterpreters = Map<string, Interpreter>;

export function knowOnly(interpreter: Interpreter | undefined): KnownInterpreters {
  return new Map(interpreter === undefined ? [] : [[interpreter.minor, interpreter]]);
}

/** What this machine has to run functions with. */
export function findLanguages(known: KnownInterpreters, context: Context): Languages {
  const open = async (): Promise<Workshop> => {
    const { openWorkshop } = await import("./workshop.ts");
    return await openWorkshop(await surroundings(context), { offline: false, jobs: 1 }, context);
  };
  return {
    interpreterFor: async (minor) => {
      const found = known.get(minor) ?? (await (await open()).requireInterpreter(minor));
      known.set(minor, found);
      return { file: found.file, packages: describePackages(found, open, context) };
    },
    nodeFor: async (major) => {
      const { root } = await surroundings(context);
      const { file } = await findNode(major, context);
      // The workspace's own SDK, then brig's: that has the clients which brig itself needs.
      return { file, sdkPlaces: [join(root, "package.json"), fileURLToPath(import.meta.url)] };
    },
  };
}

async function surroundings(context: Context): Promise<Workspace> {
  return await findWorkspace(context).catch(() => ({ root: context.cwd, functions: [] }));
}

/** boto3, which most functions never ask for: it is only fetched when one does. */
function describePackages(
  interpreter: Interpreter,
  open: () => Promise<Workshop>,
  context: Context,
): RuntimePackages {
  const folder = join(
    storeDirectory(context.env, context.cwd),
    "runtime-packages",
    `1-python${interpreter.minor}`,
  );
  return {
    folder,
    ensure: async () => {
      if (existsSync(folder)) return;
      const [workshop, { ensureRuntimePackages }] = await Promise.all([
        open(),
        import("../python/runtime-packages.ts"),
      ]);
      const settings = await workshop.indexes(workshop.workspace.root);
      const from = { settings, uv: () => workshop.uv(settings), offline: workshop.offline };
      await ensureRuntimePackages(folder, interpreter, from, context);
    },
  };
}

const run = promisify(execFile);

/**
 * Node of this major version: the one that brig runs on, those on PATH, or the npm package `node`.
 *
 * @throws BrigError `tool-missing`
 */
async function findNode(major: string, context: Context): Promise<{ readonly file: string }> {
  if (process.versions.node.startsWith(`${major}.`)) return { file: process.execPath };
  const names = [`node${major}`, `node-${major}`, "node"];
  const folders = [
    join(context.cwd, "node_modules", "node", "bin"),
    ...(context.env["PATH"] ?? "").split(delimiter),
  ];
  for (const file of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    if (!existsSync(file)) continue;
    const said = await run(file, ["--version"], { timeout: 5000 }).catch(() => undefined);
    if (said?.stdout.startsWith(`v${major}.`)) return { file };
  }
  throw new BrigError(
    "tool-missing",
    `there is no Node ${major} on this machine to run the runtime nodejs${major}.x`,
    `npm install --no-save node@${major}   # in the folder where you call brig, or put a Node ${major} on PATH`,
  );
}
