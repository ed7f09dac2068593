import { join } from "node:path";
import type { BuildRow } from "../build/report.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { interpolate } from "../workspace/interpolate.ts";
import type { Settings } from "../workspace/settings.ts";
import { lambdaNameOf } from "./local-place.ts";
import type { SettledRuntime } from "./settle-runtime.ts";

/**
 * How local Lambda is told of a function that was built into `stg/`.
 *
 * @throws BrigError `config-invalid` when nothing says what would run it, or a `${env:NAME}` is not set
 */
export function describePut(
  folder: FunctionFolder,
  row: Pick<BuildRow, "codeSha256" | "size">,
  settled: { readonly settings: Settings; readonly runtime: SettledRuntime },
  twin: StagedTree | undefined,
  env: Context["env"],
): PutFunction {
  const { settings, runtime } = settled;
  if (runtime.name === null) {
    throw new BrigError(
      "config-invalid",
      `${folder.path} names no Runtime, so nothing says what runs it`,
      "in its brig.yaml: function: {Runtime: provided.al2023}",
    );
  }
  const members = interpolate({ ...settings.function, Handler: settings.handler }, "function", env);
  return {
    name: lambdaNameOf(folder, members),
    configuration: {
      ...members,
      Runtime: runtime.name,
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
