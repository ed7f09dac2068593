import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { type InputRecorder, addLocalPath, refuseOutside } from "./local-paths.ts";
import { applyOption } from "./apply-option.ts";
import { decodeRequirements, expandVariables, parseLogicalLines } from "./requirement-lines.ts";
import { LineFault, type LineOption, splitLine } from "./requirement-options.ts";
import { homeOf } from "./read-index-settings.ts";
import { parseRequirement } from "./requirement.ts";
import {
  type LocalPath,
  noOptions,
  type Project,
  type Requirement,
  type RequirementOptions,
  type Requirements,
} from "./requirements.ts";
import { splitCredentials } from "./url-credentials.ts";

/** What has been read so far: owns the list of files, so that each is read once and cycles are seen. */
export class Reading implements InputRecorder {
  readonly folder: string;
  readonly boundary: string;
  readonly #env: Context["env"];
  readonly #files = new Map<string, string>();
  readonly #requirements: Requirement[] = [];
  readonly #constraints: Requirement[] = [];
  readonly #localPaths = new Map<string, LocalPath>();
  readonly #expanded: string[] = [];
  readonly #open: string[] = [];
  #options: RequirementOptions = noOptions;

  constructor(source: Pick<InputRecorder, "folder" | "boundary">, env: Context["env"]) {
    this.folder = source.folder;
    this.boundary = source.boundary;
    this.#env = env;
  }

  finish(project: Project | undefined): Requirements {
    return {
      boundary: this.boundary,
      files: [...this.#files].map(([file, sha256]) => ({ file, sha256 })),
      requirements: this.#requirements,
      constraints: this.#constraints,
      options: this.#options,
      localPaths: [...this.#localPaths.values()],
      project,
      expanded: this.#expanded,
    };
  }

  /** The bytes of a file, which becomes an input of the lock. */
  readInput(file: string): Buffer {
    const bytes = readFileSync(file);
    this.#files.set(file, createHash("sha256").update(bytes).digest("hex"));
    return bytes;
  }

  /** Something that decides on the lock and stands in none of the files. */
  addFact(text: string): void {
    this.#expanded.push(withoutCredentials(text));
  }

  addLocal(local: LocalPath): void {
    this.#localPaths.set(local.path, local);
  }

  shown(file: string): string {
    return relative(this.folder, file) || file;
  }

  /** @param place where the file is named, absent for the function's own requirements file */
  readFile(file: string, place: string | undefined, isConstraint: boolean): void {
    const shown = this.shown(file);
    if (this.#open.includes(file)) {
      const circle = [...this.#open.slice(this.#open.indexOf(file)), file]
        .map((part) => this.shown(part))
        .join(" → ");
      throw new BrigError(
        "requirements-invalid",
        `${place ?? shown}: requirements files include each other: ${circle}`,
      );
    }
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile()) {
      const where = place === undefined ? "" : `${place}: `;
      throw new BrigError("requirements-invalid", `${where}there is no file ${shown}`, `touch ${shown}`);
    }
    if (stats.size > largestFile)
      throw new BrigError("requirements-invalid", `${shown} has ${stats.size} bytes, over ${largestFile}`);
    refuseOutside(file, this.boundary, place ?? shown);
    const text = decodeRequirements(this.readInput(file), shown);
    this.#open.push(file);
    for (const line of parseLogicalLines(text)) {
      this.readLine(line.text, `${shown}:${line.line}`, dirname(file), isConstraint);
    }
    this.#open.pop();
  }

  readLine(written: string, place: string, base: string, isConstraint: boolean): void {
    try {
      const text = expandVariables(written, this.#env);
      // A token that is not set, as in a frozen build of what is in the store, leaves the lock valid, too.
      if (withoutCredentials(text) !== withoutCredentials(written)) this.addFact(text);
      const { requirement, options } = splitLine(text);
      const editable = options.find((option) => option.name === "editable");
      if (requirement !== "") this.#add(requirement, options, place, base, isConstraint);
      else if (editable) this.#add(editable.value, options, place, base, isConstraint);
      for (const option of options) this.#apply(option, place, base);
    } catch (cause) {
      if (cause instanceof LineFault)
        throw new BrigError("requirements-invalid", `${place}: ${cause.message}`, cause.hint);
      throw cause;
    }
  }

  #add(
    text: string,
    options: readonly LineOption[],
    place: string,
    base: string,
    isConstraint: boolean,
  ): void {
    const parsed = parseRequirement(text);
    const hashes = options.filter((option) => option.name === "hash").map((option) => option.value);
    const sha256s = hashes.flatMap((hash) => /^sha256:([0-9a-f]{64})$/i.exec(hash)?.[1]?.toLowerCase() ?? []);
    if (hashes.length > 0 && sha256s.length === 0) {
      throw new LineFault(`--hash=${hashes[0]} is not a sha256`, "pip hash FILE prints --hash=sha256:…");
    }
    if (parsed.sha256 !== undefined) sha256s.push(parsed.sha256);
    const located = addLocalPath(parsed, { place, base, reading: this });
    const settings = options.filter((option) => option.name === "config-settings");
    if (located.name !== undefined && settings.length > 0) {
      const added = settings.map((option) => ({ name: located.name ?? "", setting: option.value }));
      this.#options = { ...this.#options, configSettings: [...this.#options.configSettings, ...added] };
    }
    (isConstraint ? this.#constraints : this.#requirements).push({
      ...located,
      written: withoutCredentials(text),
      place,
      pin: parsed.pin,
      hashes: sha256s,
      marker: parsed.marker,
    });
  }

  #apply(option: LineOption, place: string, base: string): void {
    if (option.name !== "requirement" && option.name !== "constraint") {
      this.#options = applyOption(this.#options, option, [base, this.folder], homeOf(this.#env));
      return;
    }
    if (/^[a-z]+:\/\//i.test(option.value)) {
      throw new LineFault(
        `--${option.name} of a URL cannot be locked`,
        "put the file into the repository: -r FILE",
      );
    }
    this.readFile(resolve(base, option.value), place, option.name === "constraint");
  }
}

/** Bytes; the longest real ones, with hashes of thousands of packages, stay far below. */
const largestFile = 8 * 1024 ** 2;

function withoutCredentials(text: string): string {
  return text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, (url) => splitCredentials(url).url);
}
