import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { sha256Of } from "../store/content.ts";
import { withProcessLock } from "../store/process-lock.ts";
import type { Store } from "../store/store-directory.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import { redact } from "./redact.ts";
import type { Uv } from "./uv.ts";
import { refuseFullDisk } from "./uv-failure.ts";
import {
  isEnvironmentWhole,
  isOfThisBoot,
  renewEnvironment,
  writeEnvironmentRecord,
} from "./test-environment-record.ts";
import { uvEnvironment } from "./uv-environment.ts";

export interface TestEnvironmentRequest {
  /** The function's name, for messages. */
  readonly subject: string;
  readonly folder: string;
  readonly interpreter: Interpreter;
  /** Lines of `test.requirements`. */
  readonly requirements: readonly string[];
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** What these include: requirements files, archives, files of source folders. */
  readonly included: readonly { readonly file: string; readonly sha256: string | null }[];
  /** Arguments by which uv looks at source folders anew. */
  readonly refresh: readonly string[];
  /** `name==version` of what the zip holds. */
  readonly constraints: readonly string[];
  readonly settings: IndexSettings;
  readonly offline: boolean;
}

/**
 * Makes sure that the virtual environment for these test requirements is in the store, and returns its Python.
 * A virtual environment hides the interpreter's own site-packages and its .pth files, also from programs that tests start.
 *
 * @throws BrigError `resolve-failed` when uv cannot install the requirements, `offline`
 */
export async function ensureTestEnvironment(
  request: TestEnvironmentRequest,
  findUv: () => Promise<Uv>,
  store: Store,
  context: Context,
): Promise<string> {
  const { interpreter, requirements, files, included, constraints, settings } = request;
  const key = sha256Of(
    JSON.stringify([
      1,
      interpreter,
      requirements,
      files,
      constraints,
      settings.indexes.map(({ url }) => url),
      included,
    ]),
  );
  const environment = join(store.folder, "test-environments", key.slice(0, 32));
  const python = join(environment, "bin", "python");
  return await store.once(environment, async () => {
    if (await isReady(environment, python)) return python;
    const onWait = (): void =>
      context.report({
        kind: "note",
        subject: request.subject,
        text: "waiting for another brig that prepares pytest",
      });
    await withProcessLock(`${environment}.lock`, { signal: context.signal, onWait }, async () => {
      if (await isReady(environment, python)) return;
      await rm(environment, { recursive: true, force: true });
      await mkdir(join(store.folder, "test-environments"), { recursive: true, mode: 0o700 });
      const uv = await findUv();
      await runUv(
        uv,
        ["venv", "--quiet", "--no-project", "--python", interpreter.file, environment],
        request,
        context,
      );
      const anew = request.offline ? [] : request.refresh;
      const wanted = [...anew, "pytest", ...requirements, ...files.flatMap(({ file }) => ["-r", file])];
      const pins = join(environment, "constraints.txt");
      await writeFileAtomic(pins, constraints.map((line) => `${line}\n`).join(""));
      await runUv(
        uv,
        ["pip", "install", "--quiet", "--python", python, "-c", pins, ...wanted],
        request,
        context,
      );
      await writeEnvironmentRecord(environment);
    });
    return python;
  });
}

/** Whether the environment is there, and every file of it what it was. */
async function isReady(environment: string, python: string): Promise<boolean> {
  if (!isEnvironmentWhole(environment) || !existsSync(python)) return false;
  // In a store that cannot be written it is only looked at anew, each time.
  if (!isOfThisBoot(environment)) await renewEnvironment(environment).catch(() => {});
  return true;
}

async function runUv(
  uv: Uv,
  args: readonly string[],
  request: TestEnvironmentRequest,
  context: Context,
): Promise<void> {
  const offline = request.offline ? ["--offline"] : [];
  const { status, stderr } = await runProgram(uv.file, [...args, ...offline], {
    cwd: request.folder,
    // uv's own cache is not to change with what tests, or people who look for a fault, write here.
    env: { ...uvEnvironment(request.settings, context), UV_LINK_MODE: "copy" },
    signal: context.signal,
  });
  if (status === 0) return;
  refuseFullDisk(stderr);
  const explanation = redact(stderr.trim().split("\n").slice(-12).join("\n"), request.settings);
  if (request.offline) {
    throw new BrigError(
      "offline",
      `pytest and the test requirements are not in uv's cache:\n${explanation}`,
      "once, with a network: brig test",
    );
  }
  throw new BrigError(
    "resolve-failed",
    `the test requirements of ${request.subject} cannot be installed:\n${explanation}`,
    "they must agree with pylock.toml: see test.requirements, requirements-test.txt and requirements-dev.txt",
  );
}
