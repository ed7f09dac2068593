import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { withProcessLock } from "../store/process-lock.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import { redact } from "./redact.ts";
import type { Uv } from "./uv.ts";
import { uvEnvironment } from "./uv-environment.ts";

/** What of it functions import; the rest of what Lambda brings along are its requirements (AWS Lambda Developer Guide, "Lambda runtimes"). */
const brought = "boto3";

/**
 * Sees to it that boto3 is in this folder of the store. The newest version at that time is taken and kept: AWS does not say which one its
 * runtime has today, and raises it without notice.
 *
 * @throws BrigError `offline`, `resolve-failed`
 */
export async function ensureRuntimePackages(
  folder: string,
  interpreter: Interpreter,
  from: { readonly settings: IndexSettings; readonly uv: () => Promise<Uv>; readonly offline: boolean },
  context: Context,
): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await withProcessLock(`${folder}.lock`, { signal: context.signal }, async () => {
    if (existsSync(folder)) return;
    const text = `fetching ${brought} for Python ${interpreter.minor}, once: Lambda brings it along`;
    context.report({ kind: "note", subject: null, text });
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    const args = ["pip", "install", "--quiet", "--compile-bytecode", "--python", interpreter.file];
    const offline = from.offline ? ["--offline"] : [];
    const { status, stderr } = await runProgram(
      (await from.uv()).file,
      [...args, "--target", unfinished, ...offline, brought],
      {
        cwd: dirname(folder),
        env: { ...uvEnvironment(from.settings, context), UV_LINK_MODE: "copy" },
        signal: context.signal,
      },
    );
    if (status !== 0) {
      await rm(unfinished, { recursive: true, force: true });
      throw notFetched(redact(stderr.trim(), from.settings), from.offline);
    }
    await rename(unfinished, folder);
  });
}

function notFetched(explanation: string, offline: boolean): BrigError {
  const hint = `call it once with a network, or put ${brought} into requirements.txt`;
  return offline
    ? new BrigError("offline", `${brought} is not in the store, and nothing may be fetched`, hint)
    : new BrigError("resolve-failed", `uv cannot install ${brought}: ${explanation}`, hint);
}
