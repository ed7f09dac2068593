import type { Warning } from "../errors.ts";

/** The settings of one function: its brig.yaml over its API's over the root's, defaults filled in. */
export interface Settings {
  /** As written under `function`, merged: AWS's own names, passed on as they are. */
  readonly function: Readonly<Record<string, unknown>>;
  readonly runtime: SettledRuntime | null;
  readonly handler: string;
  readonly architecture: "x86_64" | "arm64";
  readonly build: {
    /** Folder of the source, relative to the function's folder. */
    readonly source: string;
    /** `undefined`: requirements.txt, else pyproject.toml, where one exists. */
    readonly requirements: string | undefined;
    /** Dependency groups of pyproject.toml to lock as well. */
    readonly groups: readonly string[];
    readonly command: readonly string[] | undefined;
    readonly output: string | undefined;
    readonly exclude: readonly string[];
    /** `undefined`: on unless the tree would pass Lambda's limit. */
    readonly bytecode: boolean | undefined;
    readonly allow: readonly string[];
  };
  readonly test: {
    readonly requirements: readonly string[];
    /** Tests find local Lambda with the function in it. */
    readonly local: boolean;
  };
  readonly targets: Readonly<Record<string, TargetSettings>>;
  /** Absolute paths of the brig.yaml files that were looked for, nearest first; those that exist were read. */
  readonly files: readonly { readonly file: string; readonly exists: boolean }[];
  readonly warnings: readonly Warning[];
}

/** A name of `Runtime`: `python3.13`, `nodejs24.x`, `provided.al2023`. `null` in Settings: none is named. */
export type SettledRuntime = string;

export interface TargetSettings {
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** Default: the target's name. */
  readonly alias: string;
  readonly protected: boolean;
  readonly function: Readonly<Record<string, unknown>>;
}
