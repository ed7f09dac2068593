import { type AwsFault, invalidParameter, notFound } from "../aws-fault.ts";
import type { LayerRecord, LayerVersionRecord } from "../state/function-record.ts";
import { keyOf } from "../state/local-state.ts";
import type { Call } from "./call.ts";

/** A layer's name, from itself or its ARN. */
export function layerName(reference: string | undefined): string {
  return (reference ?? "").split(":").at(-1) ?? "";
}

export function findLayer(reference: string | undefined, { world, region }: Call): LayerRecord | undefined {
  return world.state.layers.get(keyOf(region, layerName(reference)));
}

/** @throws AwsFault ResourceNotFoundException */
export function findLayerVersion(
  reference: string | undefined,
  number: number | undefined,
  call: Call,
  fault: (arn: string) => AwsFault = () => notFound("The resource you requested does not exist."),
): { readonly layer: LayerRecord; readonly version: LayerVersionRecord } {
  if (number !== undefined && number < 1) throw invalidParameter("Layer Version Cannot be less than 1.");
  const layer = findLayer(reference, call);
  const version = layer?.versions.get(number ?? 0);
  if (layer === undefined || version === undefined || version.deleted) {
    const arn = `arn:aws:lambda:${call.region}:${call.account}:layer:${layerName(reference)}`;
    throw fault(`${arn}:${number}`);
  }
  return { layer, version };
}
