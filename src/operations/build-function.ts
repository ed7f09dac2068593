import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { manifestName } from "../build/build-name.ts";
import { SourceChanged } from "../build/first-party.ts";
import { discardFrontCopy } from "../build/front-copy.ts";
import { clearLeftovers } from "../build/leftovers.ts";
import { type Links, moveStaged, promoteStaged, readLinks, restoreStaged } from "../build/links.ts";
import { readManifest, type TestRecord, writeManifest } from "../build/manifest.ts";
import type { BuildDetails, BuildOutcome, BuildRow, Timings } from "../build/report.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { systemCode, writeFault } from "../store/write-fault.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { BuildOptions, PendingBuild } from "./build-options.ts";
import { keepState } from "./keep-state.ts";
import type { MadeZip } from "./made-zip.ts";
import { makeZip } from "./make-zip.ts";
import { prepareBuild, type Prepared } from "./prepare-build.ts";
import { testBuild, type TestedBuild } from "./test-build.ts";
import type { Workshop } from "./workshop.ts";

/** How often a build begins again because somebody saves files while it runs, or the store was damaged. */
const attempts = 4;

/**
 * Builds one function: prepare (settings, lock, sources) → zip → tests → links. Another brig in the same folder is
 * waited for.
 *
 * @throws BrigError whatever stopped it; links and zips are then as they were, after an interruption the lock, too
 */
export async function buildFunction(
  pending: PendingBuild,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<BuildOutcome> {
  const { folder, frontCopy } = pending;
  try {
    return await buildLocked(pending, makeBuildsFolder(folder), workshop, options, context);
  } finally {
    if (frontCopy) await discardFrontCopy(frontCopy);
  }
}

async function buildLocked(
  pending: PendingBuild,
  builds: string,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<BuildOutcome> {
  const { folder } = pending;
  const onWait = (): void =>
    context.report({ kind: "note", subject: folder.name, text: "waiting for another brig in this folder" });
  return await withProcessLock(join(builds, ".lock"), { signal: context.signal, onWait }, async () => {
    await clearLeftovers(builds, context.now());
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await buildOnce(pending, builds, workshop, options, context);
      } catch (error) {
        if (error instanceof StoreDamaged && attempt < attempts) {
          repairStore(error, workshop, context);
        } else if (error instanceof SourceChanged && attempt < attempts) {
          await clearLeftovers(builds, context.now());
        } else {
          if (context.signal.aborted) await workshop.takeBacks.get(folder.folder)?.();
          throw error instanceof SourceChanged ? stillChanging(folder, error) : error;
        }
      }
    }
  });
}

async function buildOnce(
  { folder, surroundings, frontCopy }: PendingBuild,
  builds: string,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<BuildOutcome> {
  const linksBefore = readLinks(builds);
  const prepared = await prepareBuild(folder, builds, workshop, options, surroundings, context);
  const made = await makeZip(prepared, frontCopy, workshop, options, context);
  const tested = await stageAndTest(prepared, made, linksBefore, workshop, options, context);
  if (tested.fresh) await writeManifest(builds, made.zipName, { ...made.manifest, tests: tested.record });
  const links = mayMoveCurrent(builds, made, tested, linksBefore, options)
    ? await promoteStaged(builds, made.nowCommitted)
    : readLinks(builds);
  const timings = { ...prepared.timings, ...made.timings, test: tested.duration };
  const record = options.noTest ? asNotTested(tested.record, links) : tested.record;
  const outcome = describe(prepared, made, { ...tested, record }, links, linksBefore, timings);
  await keepState(prepared, made, tested, outcome);
  return outcome;
}

/** Whether `current` goes to where `staged` is: only for what passed, and without tests only for a new name of its own bytes. */
function mayMoveCurrent(
  builds: string,
  made: MadeZip,
  { record, changed }: TestedBuild,
  { current }: Links,
  options: BuildOptions,
): boolean {
  const passed = record.status === "passed" || record.status === "none";
  if (!passed || options.testOnly || changed.length > 0) return false;
  if (!options.noTest) return true;
  return current !== null && readManifest(builds, current)?.sha256 === made.manifest.sha256;
}

/** An earlier run still counts, but this build was not to rely on it: unless `current` is there already. */
function asNotTested(record: TestRecord, { staged, current }: Links): TestRecord {
  return staged === current ? record : { ...record, status: "skipped" };
}

/** Moves `staged` to the zip, then tests it. Interrupted, it takes both back: everything is as it was before. */
async function stageAndTest(
  prepared: Prepared,
  made: MadeZip,
  linksBefore: Links,
  workshop: Workshop,
  options: BuildOptions,
  context: Context,
): Promise<TestedBuild> {
  const { builds } = prepared;
  try {
    context.signal.throwIfAborted();
    await moveStaged(builds, made.zipName);
    const tested = await testBuild(prepared, made, workshop, options, context);
    context.signal.throwIfAborted();
    return tested;
  } catch (error) {
    if (!context.signal.aborted) throw error;
    await restoreStaged(builds, linksBefore.staged);
    if (made.built || made.nowCommitted) {
      for (const name of [made.zipName, manifestName(made.zipName)])
        rmSync(join(builds, name), { force: true });
    }
    throw error;
  }
}

function describe(
  prepared: Prepared,
  made: MadeZip,
  tested: TestedBuild,
  links: Links,
  linksBefore: Links,
  timings: Timings,
): BuildOutcome {
  const { folder } = prepared;
  const { manifest } = made;
  const error = faultOf(folder, tested, links);
  const inFolder = (name: string): string =>
    [folder.path, "builds", name].filter((part) => part !== ".").join("/");
  const row: BuildRow = {
    name: folder.name,
    path: folder.path,
    status: error ? "failed" : made.built ? "built" : "unchanged",
    zip: inFolder(made.zipName),
    manifest: inFolder(manifestName(made.zipName)),
    size: manifest.size,
    unzippedSize: manifest.unzippedSize,
    sha256: manifest.sha256,
    codeSha256: manifest.codeSha256,
    commit: manifest.commit,
    dirty: manifest.dirty,
    tests: testsOf(tested.record),
    links,
    timings,
    warnings: manifest.warnings,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
  const details: BuildDetails = {
    runtime: prepared.runtime.name,
    architecture: prepared.settings.architecture,
    lock: prepared.lock,
    changed: made.changed,
    files: manifest.entries,
    parts: made.parts,
    nowCommitted: made.nowCommitted,
    linksBefore,
    passed: tested.record.passed,
    failed: tested.record.failed,
    testOutput: error === null ? "" : tested.output,
    note: prepared.runtime.note,
  };
  return { row, details, exitStatus: error?.exitStatus ?? 0 };
}

function testsOf({ status, runner, duration }: TestRecord): BuildRow["tests"] {
  return { status, runner, duration };
}

function faultOf(folder: FunctionFolder, tested: TestedBuild, links: Links): BrigError | null {
  if (tested.changed.length > 0) {
    const shown = tested.changed.slice(0, 5).join(", ") + (tested.changed.length > 5 ? " …" : "");
    return new BrigError(
      "tests-changed-tree",
      `the tests changed the staging tree: ${shown}`,
      "let the tests write to a temporary folder; the next build puts the tree right",
    );
  }
  if (tested.record.status !== "failed") return null;
  const { failed, passed } = tested.record;
  const count = failed === null || passed === null ? "the tests" : `${failed} of ${failed + passed} tests`;
  const stays = links.current === null ? "there is no `current`" : `\`current\` stays at ${links.current}`;
  return new BrigError(
    "tests-failed",
    `${count} failed, so ${stays}`,
    `run them again without building: brig test ${folder.name}`,
  );
}

/** What is damaged goes, so that the next attempt fetches or makes it anew. */
function repairStore({ file, key }: StoreDamaged, workshop: Workshop, context: Context): void {
  context.report({ kind: "note", subject: null, text: `${file} in the store is damaged: made anew` });
  rmSync(file, { force: true });
  workshop.store.forget(key);
}

function makeBuildsFolder(folder: FunctionFolder): string {
  const builds = join(folder.folder, "builds");
  try {
    mkdirSync(builds, { recursive: true, mode: 0o700 });
    chmodSync(builds, 0o700);
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw writeFault(cause, builds);
    const message = `${folder.path}/builds is a file, and brig keeps builds in a folder of that name`;
    throw new BrigError("already-exists", message, `mv '${builds}' '${builds}.old'`, { cause });
  }
  return builds;
}

function stillChanging(folder: FunctionFolder, cause: SourceChanged): BrigError {
  return new BrigError(
    "busy",
    `${folder.path}/${cause.message} kept changing while it was built`,
    `when it is quiet: brig build ${folder.name}`,
    { cause },
  );
}
