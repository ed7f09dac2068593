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
import { uvEnvironment } from "./uv-environment.ts";

export interface TestEnvironmentRequest {
  /** The function's name, for messages. */
  readonly subject: string;
  readonly folder: string;
  readonly interpreter: Interpreter;
  /** Lines of `test.requirements`. */
  readonly requirements: readonly string[];
  readonly files: readonly { readonly file: string; readonly text: string }[];
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
  const { interpreter, requirements, files, constraints, settings } = request;
  const key = sha256Of(
    JSON.stringify([
      1,
      interpreter,
      requirements,
      files,
      constraints,
      settings.indexes.map(({ url }) => url),
    ]),
  );
  const environment = join(store.folder, "test-environments", key.slice(0, 32));
  const python = join(environment, "bin", "python");
  const complete = join(environment, ".complete");
  return await store.once(environment, async () => {
    if (existsSync(complete) && existsSync(python)) return python;
    const onWait = (): void =>
      context.report({
        kind: "note",
        subject: request.subject,
        text: "waiting for another brig that prepares pytest",
      });
    await withProcessLock(`${environment}.lock`, { signal: context.signal, onWait }, async () => {
      if (existsSync(complete) && existsSync(python)) return;
      await rm(environment, { recursive: true, force: true });
      await mkdir(join(store.folder, "test-environments"), { recursive: true, mode: 0o700 });
      const uv = await findUv();
      await runUv(
        uv,
        ["venv", "--quiet", "--no-project", "--python", interpreter.file, environment],
        request,
        context,
      );
      const wanted = ["pytest", ...requirements, ...files.flatMap(({ file }) => ["-r", file])];
      const pins = join(environment, "constraints.txt");
      await writeFileAtomic(pins, constraints.map((line) => `${line}\n`).join(""));
      await runUv(
        uv,
        ["pip", "install", "--quiet", "--python", python, "-c", pins, ...wanted],
        request,
        context,
      );
      await writeFileAtomic(complete, "");
    });
    return python;
  });
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
    env: uvEnvironment(request.settings, context),
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
