import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { sha256Of } from "../store/content.ts";
import { readRecord, writeRecord } from "../store/record.ts";
import type { Store } from "../store/store-directory.ts";
import type { Interpreter } from "./interpreter.ts";
import { findInterpreterFiles } from "./interpreter-places.ts";
import { parseProbe, type Probe, probeInterpreter } from "./interpreter-probe.ts";

/** What tells whether an executable is still the one that was probed. */
export interface InterpreterStat {
  readonly file: string;
  readonly mtimeMs: number;
  readonly size: number;
}

/** `undefined` when the file is gone. */
export async function readInterpreterStat(file: string): Promise<InterpreterStat | undefined> {
  const known = await stat(file).catch(() => undefined);
  return known && { file, mtimeMs: known.mtimeMs, size: known.size };
}

/**
 * All interpreters on this machine that brig can use, newest first, final releases before others. Each is run
 * once; the store remembers what it said. Those that are broken or hang are passed over.
 */
export function findInterpreters(context: Context, store: Store): Promise<readonly Interpreter[]> {
  return store.once(placesKey(context), async () => {
    const files = await findInterpreterFiles(context);
    const found = await Promise.all(files.map((file) => readInterpreter(file, context, store)));
    return found.filter((each) => each !== undefined).toSorted(compareInterpreters);
  });
}

/** The newest release of exactly this minor version (`3.13`). */
export async function findInterpreter(
  minor: string,
  context: Context,
  store: Store,
): Promise<Interpreter | undefined> {
  return (await findInterpreters(context, store)).find((each) => each.minor === minor);
}

/**
 * The interpreter of this minor version, installed by `install` (`uv python install`) where there is none yet.
 *
 * @throws BrigError `python-missing` when that fails, too
 */
export async function requireInterpreter(
  minor: string,
  context: Context,
  store: Store,
  install?: () => Promise<unknown>,
): Promise<Interpreter> {
  const found = await findInterpreter(minor, context, store);
  if (found) return found;
  let cause: unknown;
  if (install) {
    // A failure is kept as well: a hundred functions would each wait for the same one.
    cause = await store.once(`install python ${minor}`, () =>
      install().then(
        () => undefined,
        (error: unknown) => error ?? new Error("it failed"),
      ),
    );
    if (context.signal.aborted)
      throw new BrigError("interrupted", `stopped while installing Python ${minor}`);
    store.forget(placesKey(context));
    const installed = await findInterpreter(minor, context, store);
    if (installed) return installed;
  }
  throw new BrigError(
    "python-missing",
    `there is no Python ${minor} on this machine${cause ? ", and installing it by uv failed" : ""}`,
    `uv python install ${minor}   # or: pyenv install ${minor}; or do without bytecode, in brig.yaml: build: {bytecode: false}`,
    { cause },
  );
}

function placesKey({ env }: Context): string {
  const names = ["PATH", "HOME", "VIRTUAL_ENV", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"];
  return JSON.stringify(["interpreters", ...names.map((name) => env[name])]);
}

async function readInterpreter(
  file: string,
  context: Context,
  store: Store,
): Promise<Interpreter | undefined> {
  const known = await readInterpreterStat(file);
  if (!known) return undefined;
  const recordFile = join(store.folder, "interpreters-1", `${sha256Of(file)}.json`);
  const record = readRecord<{ readonly stat: InterpreterStat; readonly probe: Probe }>(recordFile);
  if (record && record.stat.mtimeMs === known.mtimeMs && record.stat.size === known.size)
    return parseProbe(file, record.probe);
  const probe = await probeInterpreter(file, context);
  // One that failed is tried again next time: the machine may have been busy.
  if (!probe) return undefined;
  // A store that cannot be written only means to ask again.
  await writeRecord(recordFile, { stat: known, probe }).catch(() => {});
  return parseProbe(file, probe);
}

/** Newest first; a release candidate after all final releases. */
function compareInterpreters(left: Interpreter, right: Interpreter): number {
  const [leftFinal, rightFinal] = [left, right].map(({ version }) => /^[\d.]+$/.test(version));
  if (leftFinal !== rightFinal) return leftFinal ? -1 : 1;
  const [ours = [], theirs = []] = [left, right].map(({ version }) =>
    (version.match(/\d+/g) ?? []).map(Number),
  );
  for (let at = 0; at < 4; at++) {
    const difference = (theirs[at] ?? 0) - (ours[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
