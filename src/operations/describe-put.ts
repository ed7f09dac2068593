import { join } from "node:path";
import type { BuildRow } from "../build/report.ts";
import { BrigError } from "../errors.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { Settings } from "../workspace/settings.ts";
import { lambdaNameOf } from "./local-place.ts";
import type { SettledRuntime } from "./settle-runtime.ts";

/** How local Lambda is told of a function that was built into `stg/`. */
export function describePut(
  folder: FunctionFolder,
  row: Pick<BuildRow, "codeSha256" | "size">,
  settled: { readonly settings: Settings; readonly runtime: SettledRuntime },
  twin: StagedTree | undefined,
): PutFunction {
  const { settings, runtime } = settled;
  if (runtime.name === null) {
    throw new BrigError(
      "config-invalid",
      `${folder.path} names no Runtime, so nothing says what runs it`,
      "in its brig.yaml: function: {Runtime: provided.al2023}",
    );
  }
  return {
    name: lambdaNameOf(folder, settings.function),
    configuration: {
      ...settings.function,
      Runtime: runtime.name,
      Handler: settings.handler,
      Architectures: [settings.architecture],
    },
    code: {
      folder: join(folder.folder, "stg"),
      ...(row.codeSha256 !== null && { sha256: row.codeSha256 }),
      ...(row.size !== null && { size: row.size }),
    },
    ...(twin !== undefined && { twin }),
    withUrl: false,
  };
}
