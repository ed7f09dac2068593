import { join } from "node:path";
import type { Context } from "../context.ts";
import { compileExcludes } from "../workspace/exclude-patterns.ts";
import { readIgnored } from "../workspace/git-ignored.ts";
import { asTable, readToml } from "./read-toml.ts";

/**
 * Files of a source folder that its build backend would leave out because git ignores them, relative to it. poetry-core
 * asks git itself; brig builds in a copy, where there is no git, so it has to be told by their absence. What
 * `tool.poetry.include` names comes along all the same (https://python-poetry.org/docs/pyproject/#exclude-and-include).
 * setuptools and flit do not ask; hatchling reads .gitignore, which is copied.
 */
export async function findUnpackaged(folder: string, context: Context): Promise<ReadonlySet<string>> {
  const table = readToml(join(folder, "pyproject.toml"));
  const backend = asTable(table?.["build-system"])?.["build-backend"];
  if (typeof backend !== "string" || !backend.startsWith("poetry")) return new Set();
  const include = asTable(asTable(table?.["tool"])?.["poetry"])?.["include"];
  const named = (Array.isArray(include) ? include : [])
    .map((each: unknown) => (typeof each === "string" ? each : asTable(each)?.["path"]))
    .filter((each) => typeof each === "string");
  const isNamed = compileExcludes(named);
  return new Set((await readIgnored(folder, context)).filter((name) => !isNamed(name)));
}
