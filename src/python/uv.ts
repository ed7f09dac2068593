import { copyFile, readFile, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { sha256Of } from "../store/content.ts";
import { inTemporaryFolder } from "../store/temporary-folder.ts";
import { withProcessLock } from "../store/process-lock.ts";
import type { Store } from "../store/store-directory.ts";
import { extractMember } from "../zip/extract.ts";
import { readZip } from "../zip/reader.ts";
import type { HttpClient } from "./http.ts";
import type { IndexSettings } from "./index-settings.ts";
import { fetchProjectFiles } from "./project-files.ts";
import type { PylockFile } from "./pylock.ts";
import { oldestVersion, pinnedVersion, pins, type UvPin } from "./uv-pins.ts";
import { compareVersions, parseVersion } from "./version.ts";

/** A uv that can be run. */
export interface Uv {
  /** Absolute path. */
  readonly file: string;
  readonly version: string;
}

export interface UvRequest {
  readonly store: Store;
  readonly settings: IndexSettings;
  readonly http: HttpClient;
}

/**
 * Finds the uv to use: the one on PATH if it is new enough, otherwise the pinned one, fetched once into the store
 * from the configured index or find-links, its sha256 verified.
 *
 * @throws BrigError `offline` naming what is missing, `download-failed`, `hash-mismatch`, `tool-missing`
 */
export function findUv(request: UvRequest, context: Context): Promise<Uv> {
  return request.store.once(
    `uv ${context.env["PATH"]}`,
    async () => (await findOnPath(context)) ?? (await fetchPinned(request, context)),
  );
}

async function findOnPath(context: Context): Promise<Uv | undefined> {
  const oldest = parseVersion(oldestVersion);
  for (const folder of (context.env["PATH"] ?? "").split(delimiter)) {
    const file = join(folder, "uv");
    if (!folder.startsWith("/") || !(await stat(file).catch(() => undefined))?.isFile()) continue;
    const version = await readVersion(file, context);
    const parsed = version === undefined ? undefined : parseVersion(version);
    if (version !== undefined && parsed && oldest && compareVersions(parsed, oldest) >= 0)
      return { file, version };
  }
  return undefined;
}

/** `uv 0.13.9 (…)`; `undefined` for a shim of a version manager that has none, or anything else that does not answer. */
async function readVersion(file: string, context: Context): Promise<string | undefined> {
  try {
    const result = await runProgram(file, ["--version"], {
      cwd: "/",
      env: context.env,
      signal: context.signal,
    });
    return result.status === 0 ? /^uv (\S+)/.exec(result.stdout)?.[1] : undefined;
  } catch (cause) {
    if (cause instanceof BrigError && cause.code === "tool-missing") return undefined;
    throw cause;
  }
}

async function fetchPinned({ store, settings, http }: UvRequest, context: Context): Promise<Uv> {
  const folder = join(store.folder, "tools", `uv-${pinnedVersion}`);
  const file = join(folder, "uv");
  const known = { file, version: pinnedVersion };
  if (await isWhole(file)) return known;
  return withProcessLock(join(folder, "lock"), { signal: context.signal }, async () => {
    if (await isWhole(file)) return known;
    const wheel = await fetchWheel(context, settings, http);
    const member = readZip(wheel.bytes, wheel.pin.name).find(
      (each) => each.name === `uv-${pinnedVersion}.data/scripts/uv`,
    );
    if (!member) throw new BrigError("wheel-invalid", `${wheel.pin.name} holds no uv`);
    const program = extractMember(wheel.bytes, member, wheel.pin.name);
    await writeFileAtomic(file, program, { mode: 0o755, sync: true });
    await writeFileAtomic(`${file}.sha256`, sha256Of(program), { sync: true });
    return known;
  });
}

/** A program that does not match its hash is never run; it is fetched again. */
async function isWhole(file: string): Promise<boolean> {
  const [program, stated] = await Promise.all([readIfThere(file), readIfThere(`${file}.sha256`)]);
  return program !== undefined && stated !== undefined && sha256Of(program) === stated.toString("utf8");
}

async function fetchWheel(
  context: Context,
  settings: IndexSettings,
  http: HttpClient,
): Promise<{ readonly pin: UvPin; readonly bytes: Buffer }> {
  const platform = hostPlatform();
  const candidates = pins[platform] ?? [];
  if (candidates.length === 0) {
    throw new BrigError(
      "tool-missing",
      `uv is not on PATH, and brig knows no uv for ${platform}`,
      "pip install uv",
    );
  }
  const files = await listUv(settings, http);
  for (const pin of candidates.filter(runsHere)) {
    const found = files.find((file) => file.name === pin.name);
    if (!found) continue;
    context.report({
      kind: "note",
      subject: null,
      text: `fetching uv ${pinnedVersion}, once (${Math.round(pin.size / 1e6)} MB)`,
    });
    return { pin, bytes: await fetchBytes(found, pin, context, http) };
  }
  throw new BrigError(
    "tool-missing",
    `there is no uv ${oldestVersion} or newer on PATH, and ${settings.noIndex ? "find-links has" : "the configured index has"} no uv ${pinnedVersion} for ${platform}`,
    "pip install --upgrade uv",
  );
}

async function listUv(settings: IndexSettings, http: HttpClient): Promise<readonly PylockFile[]> {
  try {
    return await fetchProjectFiles("uv", settings, http);
  } catch (cause) {
    if (!(cause instanceof BrigError)) throw cause;
    if (cause.code === "download-failed") {
      const message = `uv ${oldestVersion} or newer is not on PATH, and fetching it failed: ${cause.message}`;
      throw new BrigError("download-failed", message, "pip install --upgrade uv", { cause });
    }
    if (cause.code !== "offline") throw cause;
    throw new BrigError(
      "offline",
      `uv ${oldestVersion} or newer is neither on PATH nor in the store, and the network is not to be used`,
      "pip install --upgrade uv   # or once without BRIG_OFFLINE",
      { cause },
    );
  }
}

async function fetchBytes(
  found: PylockFile,
  pin: UvPin,
  context: Context,
  http: HttpClient,
): Promise<Buffer> {
  return await inTemporaryFolder("uv", async (folder) => {
    const file = join(folder, pin.name);
    if (found.path !== undefined) await copyFile(found.path, file);
    else {
      const onProgress = (done: number, total: number | undefined): void =>
        context.report({
          kind: "progress",
          subject: "uv",
          activity: "fetching uv",
          done,
          ...(total === undefined ? {} : { total }),
          unit: "bytes",
        });
      await http.download(
        found.url ?? "",
        { sha256: pin.sha256, size: pin.size, name: pin.name, onProgress },
        file,
      );
    }
    const bytes = await readFile(file);
    if (sha256Of(bytes) === pin.sha256) return bytes;
    throw new BrigError(
      "hash-mismatch",
      `${pin.name} is not the file that brig knows: its sha256 is ${sha256Of(bytes)}`,
      "pip install uv",
    );
  });
}

function hostPlatform(): string {
  const machine = process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "aarch64" : process.arch;
  return `${process.platform === "darwin" ? "macos" : process.platform}-${machine}`;
}

/** A wheel for glibc alone does not run where Node itself runs on musl. */
function runsHere(pin: UvPin): boolean {
  if (process.platform !== "linux" || pin.name.includes("musllinux")) return true;
  const report: unknown = process.report.getReport();
  return /glibcVersionRuntime/.test(JSON.stringify(report));
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch(() => undefined);
}
