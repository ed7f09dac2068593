import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { BrigError } from "../errors.ts";
import { type InputRecorder, addSourceFolder, refuseOutside, sourcePaths } from "./local-paths.ts";
import { asTable, type Table } from "./read-toml.ts";
import type { Project } from "./requirements.ts";
import { normaliseName } from "./wheel/project-name.ts";

interface ProjectSource {
  /** Absolute. */
  readonly file: string;
  readonly folder: string;
  readonly withDependencies: boolean;
  readonly groups: readonly string[];
}

/** Reads the pyproject.toml that stands in for requirements.txt, or whose groups are asked for; `undefined` where it requires nothing. */
export function readProject(source: ProjectSource, reading: InputRecorder): Project | undefined {
  const shown = reading.shown(source.file);
  if (!statSync(source.file, { throwIfNoEntry: false })?.isFile()) {
    throw new BrigError(
      "requirements-invalid",
      `there is no file ${shown}, which build.groups needs`,
      "uv init --bare",
    );
  }
  refuseOutside(source.file, reading.boundary, shown);
  const table = parseManifest(reading.readInput(source.file), shown);
  checkGroups(table, source.groups, shown);
  const project = asTable(table["project"]);
  const dynamic = project?.["dynamic"];
  if (source.withDependencies && Array.isArray(dynamic) && dynamic.includes("dependencies")) {
    throw new BrigError(
      "requirements-invalid",
      `${shown}: project.dependencies is dynamic, so only a build could tell what is required`,
      'dependencies = ["requests>=2.32"]   # under [project], without "dependencies" in dynamic',
    );
  }
  const uvLock = join(dirname(source.file), "uv.lock");
  const withDependencies = source.withDependencies && project !== undefined;
  if (!withDependencies && source.groups.length === 0) return undefined;
  for (const path of sourcePaths(source.file)) {
    refuseOutside(path, reading.boundary, shown);
    addSourceFolder(path, reading);
  }
  const isLocked = source.withDependencies && existsSync(uvLock);
  if (isLocked) reading.readInput(uvLock);
  return {
    file: source.file,
    withDependencies,
    groups: source.groups,
    uvLock: isLocked ? uvLock : undefined,
  };
}

function parseManifest(bytes: Buffer, shown: string): Table {
  try {
    return parse(bytes.toString("utf8"));
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const what = cause.message.split("\n")[0] ?? "";
    throw new BrigError("requirements-invalid", `${shown}:${cause.line}:${cause.column}: ${what}`, null, {
      cause,
    });
  }
}

function checkGroups(table: Table, groups: readonly string[], shown: string): void {
  const known = Object.keys(asTable(table["dependency-groups"]) ?? {});
  const missing = groups.find((group) => !known.some((name) => normaliseName(name) === normaliseName(group)));
  if (missing === undefined) return;
  throw new BrigError(
    "requirements-invalid",
    `${shown} has no dependency group ${JSON.stringify(missing)}`,
    known.length > 0 ? `its groups are ${known.join(", ")}` : `[dependency-groups]\n${missing} = []`,
  );
}
