import { open, readdir, realpath } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import type { Context } from "../context.ts";

/** Names of Python executables: `python`, `python3`, `python3.13`, not `python3.13-config` or the free-threaded `python3.13t`. */
const executableName = /^python(?:3(?:\.\d+)?)?$/;

/**
 * Real paths of everything that looks like a Python 3 on this machine, none twice: on PATH, of the active virtual
 * environment, of pyenv, of uv, and where systems keep theirs. Never a shim: one exists for versions that are not
 * switched on as well.
 */
export async function findInterpreterFiles(context: Context): Promise<readonly string[]> {
  const folders = await listFolders(context.env);
  const found = await Promise.all(folders.map(readExecutables));
  return [...new Set(found.flat())];
}

/** Folders that may hold Python executables, most wanted first. */
async function listFolders(env: Context["env"]): Promise<readonly string[]> {
  const home = env["HOME"] ?? "";
  const pyenv = env["PYENV_ROOT"] || join(home, ".pyenv");
  const uv =
    env["UV_PYTHON_INSTALL_DIR"] ||
    join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "uv", "python");
  const onPath = (env["PATH"] ?? "").split(delimiter);
  const folders = [
    ...onPath.filter((folder) => folder !== join(pyenv, "shims")),
    ...(env["VIRTUAL_ENV"] ? [join(env["VIRTUAL_ENV"], "bin")] : []),
    ...(await listBelow(join(pyenv, "versions"), "bin")),
    ...(await listBelow(uv, "bin")),
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/Library/Developer/CommandLineTools/usr/bin",
    ...(await listBelow("/Library/Frameworks/Python.framework/Versions", "bin")),
  ];
  return folders.filter((folder) => isAbsolute(folder));
}

async function listBelow(folder: string, inner: string): Promise<readonly string[]> {
  const names = isAbsolute(folder) ? await readdir(folder).catch(() => []) : [];
  return names.toSorted().map((name) => join(folder, name, inner));
}

async function readExecutables(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const files: string[] = [];
  for (const name of names.filter((each) => executableName.test(each)).toSorted()) {
    const file = join(folder, name);
    // On macOS without developer tools, running this one opens a window that offers to install them.
    if (process.platform === "darwin" && dirname(file) === "/usr/bin") continue;
    const real = await realpath(file).catch(() => undefined);
    if (real !== undefined && executableName.test(basename(real)) && (await isBinary(real))) files.push(real);
  }
  return files;
}

/** A script by the name of an interpreter is a shim of pyenv's or asdf's kind. */
async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.toString("latin1") !== "#!";
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
