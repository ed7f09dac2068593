import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { asTable, readToml } from "./read-toml.ts";

/**
 * Files, besides pyproject.toml, setup.py and setup.cfg, that the dependencies of a source folder are read from when it is
 * built; absolute paths, sorted. Those that setuptools is told of
 * (https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata), and, where pyproject.toml does
 * not state the dependencies, the folder's own requirements files, which a setup.py or a plugin reads by custom.
 */
export function dynamicDependencyFiles(folder: string): readonly string[] {
  const table = readToml(join(folder, "pyproject.toml"));
  if (areStatic(table)) return [];
  const setuptools = asTable(asTable(asTable(table?.["tool"])?.["setuptools"])?.["dynamic"]);
  const extras = Object.values(asTable(setuptools?.["optional-dependencies"]) ?? {});
  const named = [setuptools?.["dependencies"], ...extras].flatMap((each) => asTable(each)?.["file"] ?? []);
  const byCustom = readdirSync(folder).filter((name) => /^requirements.*\.(?:txt|in)$/.test(name));
  const files = [...named.filter((name) => typeof name === "string"), ...byCustom].map((name) =>
    resolve(folder, name),
  );
  return [...new Set(files)].filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile()).toSorted();
}

/** Poetry's stand in pyproject.toml in any case. */
function areStatic(table: ReturnType<typeof readToml>): boolean {
  const project = asTable(table?.["project"]);
  const dynamic = Array.isArray(project?.["dynamic"]) ? project["dynamic"] : [];
  const isDynamic = ["dependencies", "optional-dependencies"].some((name) => dynamic.includes(name));
  return asTable(asTable(table?.["tool"])?.["poetry"]) !== undefined || (project !== undefined && !isDynamic);
}
