import type { Context } from "../context.ts";
import { contentFile } from "../store/content.ts";
import type { Store } from "../store/store-directory.ts";
import type { DownloadAmount } from "./download-amount.ts";
import type { HttpClient } from "./http.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import type { PythonTarget } from "./lock.ts";
import type { Uv } from "./uv.ts";

export interface ObtainOptions {
  /** The function's name, for progress. */
  readonly subject: string;
  /** The lock's folder: its paths are relative to it. */
  readonly folder: string;
  /** Absolute path of the repository: shared source folders lie in it. */
  readonly boundary: string;
  readonly store: Store;
  /** With the requirements' own indexes in them. */
  readonly settings: IndexSettings;
  /** Digests of the source folders that the lock names, by their path in it. */
  readonly folders: Readonly<Record<string, string>>;
  readonly offline: boolean;
  /** The interpreter to build wheels with, and the uv; asked for only when one has to be built. */
  readonly interpreter: () => Promise<Interpreter>;
  readonly uv: () => Promise<Uv>;
}

/** What the packages of one lock are obtained with. */
export interface Obtaining {
  readonly options: ObtainOptions;
  /** What they must fit. */
  readonly target: PythonTarget;
  readonly http: HttpClient;
  readonly amount: DownloadAmount;
  readonly context: Context;
}

/** A wheel that the store has, or is about to get. */
export interface Wheel {
  readonly sha256: string;
  readonly name: string;
}

/** Where the store has it. */
export function wheelFile(store: Store, wheel: Wheel): string {
  return contentFile(store, "wheels", wheel.sha256, ".whl");
}
