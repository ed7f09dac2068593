import type { FrontHash } from "../build/front-hash.ts";
import type { Timings } from "../build/report.ts";
import type { StageRecord } from "../build/stage-record.ts";
import type { TreePart } from "../build/tree-parts.ts";
import type { NamedZip } from "./name-zip.ts";

/** A zip with its name, and the staging tree that it was made with. */
export interface MadeZip extends NamedZip {
  readonly stage: StageRecord;
  /** Paths of the tree that were written or removed. */
  readonly changed: readonly string[];
  readonly parts: readonly TreePart[];
  /** `undefined` where no front was hashed by itself. */
  readonly frontHash?: FrontHash;
  readonly timings: Pick<Timings, "fetch" | "stage" | "pack">;
}
