import { unzippedLimit } from "../../build/limits.ts";
import { invalidParameter } from "../aws-fault.ts";
import type { StoredCode } from "../state/code-store.ts";
import type {
  FunctionRecord,
  LayerVersionRecord,
  StoredConfiguration,
  VersionRecord,
} from "../state/function-record.ts";
import { versionsOf } from "../state/local-state.ts";
import { mergeLayers } from "../state/layer-folder.ts";
import { makeVersion } from "../state/make-version.ts";
import type { Call, World } from "./call.ts";

export interface LatestOptions {
  readonly handlerTwinFolder?: string | undefined;
  /** Layers that the function has already: they may have been deleted since. */
  readonly previousLayers?: readonly string[] | undefined;
}

/**
 * A new `$LATEST` of these settings and this code, its layers merged.
 *
 * @throws AwsFault InvalidParameterValueException for a layer that is not there, or when code and layers are too large
 */
export async function buildLatest(
  owner: Pick<FunctionRecord, "name" | "region" | "arn" | "reservedConcurrency">,
  configuration: StoredConfiguration,
  code: StoredCode,
  call: Call,
  { handlerTwinFolder, previousLayers = [] }: LatestOptions = {},
): Promise<VersionRecord> {
  const { world } = call;
  const layers = (configuration.Layers ?? []).map((arn) => findLayer(arn, call, previousLayers).code);
  const rest = unzippedLimit - layers.reduce((sum, { unzippedSize }) => sum + unzippedSize, 0);
  // AWS names what the layers leave.
  if (code.unzippedSize > rest) {
    throw invalidParameter(`Unzipped size must be smaller than ${Math.max(rest, 0)} bytes`);
  }
  return makeVersion(owner, call.account, {
    version: "$LATEST",
    configuration,
    code,
    layerFolder: await mergeLayers(layers, world.layersFolder),
    handlerTwinFolder,
    now: world.now(),
  });
}

function findLayer(arn: string, { world, region }: Call, previous: readonly string[]): LayerVersionRecord {
  if (arn.split(":")[3] !== region) {
    throw invalidParameter(
      `Layers are not in the same region as the function. Layers are expected to be in region ${region}.`,
    );
  }
  for (const layer of world.state.layers.values()) {
    for (const version of layer.versions.values()) {
      if (version.arn === arn && (!version.deleted || previous.includes(arn))) return version;
    }
  }
  throw invalidParameter(`Layer version ${arn} does not exist.`);
}

/** Puts a new `$LATEST` in place of the one before, whose environments finish what they do and end. */
export function replaceLatest(record: FunctionRecord, latest: VersionRecord, world: World): void {
  const before = record.latest;
  record.latest = latest;
  retireVersion(before, world);
}

/** Ends the environments of a version that is no more, and lets go of code that no version and no layer has after it. */
export function retireVersion({ code, runnable }: VersionRecord, world: World): void {
  const { state, code: store } = world;
  const isSame = (other: { readonly code: StoredCode }): boolean => other.code.folder === code.folder;
  void world.retire(runnable.key).then(() => {
    const versions = [...state.functions.values()].flatMap(versionsOf);
    const layers = [...state.layers.values()].flatMap((layer) => [...layer.versions.values()]);
    // What cannot be removed goes with the service's folder.
    if (![...versions, ...layers].some(isSame)) store.release(code).catch(() => {});
    const twin = runnable.handlerTwinFolder;
    if (twin === undefined || versions.some((each) => each.runnable.handlerTwinFolder === twin)) return;
    store.releaseTwin(twin);
  });
}
