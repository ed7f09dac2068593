import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { readProject } from "./read-project.ts";
import { Reading } from "./reading.ts";
import { readUvProject } from "./uv-configuration.ts";
import type { Project, Requirements } from "./requirements.ts";

export interface RequirementsSource {
  /** Absolute path of the function's folder: what paths are relative to. */
  readonly folder: string;
  /** Absolute path of the repository's root: nothing outside of it is read. */
  readonly boundary: string;
  /** Relative to the folder or absolute; `undefined`: requirements.txt, else pyproject.toml, where there is one. */
  readonly file: string | undefined;
  /** Further requirement lines, with the place to name in errors (`brig.yaml`). */
  readonly lines?: { readonly place: string; readonly texts: readonly string[] };
  /** Dependency groups of the folder's pyproject.toml. */
  readonly groups: readonly string[];
}

/**
 * Reads what a function requires, with everything that its files include. Nothing at all is an empty result.
 *
 * @throws BrigError `requirements-invalid` with file and line, `link-outside` for paths that leave the repository
 */
export function readRequirements(source: RequirementsSource, context: Context): Requirements {
  const reading = new Reading(source, context.env);
  const ofUv = readUvProject(source.folder);
  if (ofUv) reading.addFact(JSON.stringify(ofUv));
  const file =
    source.file ??
    ["requirements.txt", "pyproject.toml"].find((name) => existsSync(join(source.folder, name)));
  let project: Project | undefined;
  if (file !== undefined && basename(file) !== "pyproject.toml")
    reading.readFile(resolve(source.folder, file), undefined, false);
  const isProject = file !== undefined && basename(file) === "pyproject.toml";
  if (isProject || source.groups.length > 0) {
    const manifest = resolve(source.folder, isProject ? file : "pyproject.toml");
    project = readProject(
      { file: manifest, folder: source.folder, withDependencies: isProject, groups: source.groups },
      reading,
    );
  }
  for (const text of source.lines?.texts ?? [])
    reading.readLine(text, source.lines?.place ?? "", source.folder, false);
  return reading.finish(project);
}
