import { join } from "node:path";
import { wholeRecord } from "../build/stage-record.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { RunnableTree } from "./settle-tree.ts";

/** A twin as local Lambda takes it; `undefined` for the staging tree itself. */
export function describeTwin(folder: FunctionFolder, { path, record }: RunnableTree): StagedTree | undefined {
  return record && { folder: join(folder.folder, path), files: wholeRecord(record).files };
}
