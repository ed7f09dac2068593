import type { FrontCopy } from "../build/front-copy.ts";
import type { Surroundings } from "../build/state.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";

/** What `brig build` and `brig test` can be asked for. */
export interface BuildOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  /** Test always, and do not move `current`. */
  readonly testOnly: boolean;
  readonly noTest: boolean;
  /** The lock must be there and valid: nothing is resolved. */
  readonly frozen: boolean;
  readonly offline: boolean;
  /** As if nothing were cached in the function's folder. */
  readonly force: boolean;
  /** How many functions are built, and wheels compiled, at once. */
  readonly jobs: number | undefined;
}

/** A function that is to be built, and what decides its build besides its files. */
export interface PendingBuild {
  readonly folder: FunctionFolder;
  readonly surroundings: Surroundings;
  readonly frontCopy: FrontCopy | undefined;
}
