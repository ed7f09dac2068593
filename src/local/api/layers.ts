import type {
  DeleteLayerVersionRequest,
  GetLayerVersionByArnRequest,
  GetLayerVersionRequest,
  ListLayersRequest,
  ListLayerVersionsRequest,
  PublishLayerVersionRequest,
} from "@aws-sdk/client-lambda";
import { invalidParameter } from "../aws-fault.ts";
import type { LayerRecord, LayerVersionRecord } from "../state/function-record.ts";
import { inRegion, keyOf } from "../state/local-state.ts";
import { renderTime } from "../state/make-version.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findLayer, findLayerVersion, layerName } from "./find-layer.ts";
import { codeLocation } from "./functions.ts";
import { paginate, renderPage } from "./paginate.ts";
import { readCode } from "./read-code.ts";

export const publishLayerVersion: OperationHandler<PublishLayerVersionRequest> = async (input, call) => {
  const { state, now } = call.world;
  const name = layerName(input.LayerName);
  const code = await readCode(input.Content!, "PublishLayerVersion", call);
  const arn = `arn:aws:lambda:${call.region}:${call.account}:layer:${name}`;
  const key = keyOf(call.region, name);
  const layer: LayerRecord = state.layers.get(key) ?? { name, arn, lastVersion: 0, versions: new Map() };
  state.layers.set(key, layer);
  layer.lastVersion += 1;
  const version: LayerVersionRecord = {
    arn: `${arn}:${layer.lastVersion}`,
    version: layer.lastVersion,
    description: input.Description,
    created: renderTime(now()),
    code,
    compatibleRuntimes: input.CompatibleRuntimes,
    compatibleArchitectures: input.CompatibleArchitectures,
    licenseInfo: input.LicenseInfo,
    policy: undefined,
    deleted: false,
  };
  layer.versions.set(version.version, version);
  return describeWithContent(layer, version, call);
};

export const getLayerVersion: OperationHandler<GetLayerVersionRequest> = (input, call) => {
  const { layer, version } = findLayerVersion(input.LayerName, input.VersionNumber, call);
  return describeWithContent(layer, version, call);
};

export const getLayerVersionByArn: OperationHandler<GetLayerVersionByArnRequest> = (input, call) => {
  const [, arn, number] = /^(.*):(\d+)$/.exec(input.Arn ?? "") ?? [];
  const { layer, version } = findLayerVersion(arn, Number(number ?? 0), call);
  return describeWithContent(layer, version, call);
};

/** A version that is not there is deleted as well. Functions that have it keep it. */
export const deleteLayerVersion: OperationHandler<DeleteLayerVersionRequest> = (input, call) => {
  if (input.VersionNumber! < 1) throw invalidParameter("Layer Version Cannot be less than 1.");
  const version = findLayer(input.LayerName, call)?.versions.get(input.VersionNumber!);
  if (version !== undefined) version.deleted = true;
  return undefined;
};

export const listLayerVersions: OperationHandler<ListLayerVersionsRequest> = (input, call) => {
  const versions = newestFirst(findLayer(input.LayerName, call)).filter((version) => suits(version, input));
  return renderPage("LayerVersions", paginate(versions.map(describe), input.Marker, input.MaxItems));
};

export const listLayers: OperationHandler<ListLayersRequest> = (input, call) => {
  const items = inRegion(call.world.state.layers, call.region).flatMap((layer) => {
    const newest = newestFirst(layer).find((version) => suits(version, input));
    return newest === undefined
      ? []
      : [{ LayerName: layer.name, LayerArn: layer.arn, LatestMatchingVersion: describe(newest) }];
  });
  return renderPage("Layers", paginate(items, input.Marker, input.MaxItems));
};

function newestFirst(layer: LayerRecord | undefined): readonly LayerVersionRecord[] {
  return [...(layer?.versions.values() ?? [])].filter(({ deleted }) => !deleted).toReversed();
}

function suits(version: LayerVersionRecord, wanted: ListLayersRequest): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = wanted;
  return (
    (runtime === undefined || version.compatibleRuntimes?.includes(runtime) === true) &&
    (architecture === undefined || version.compatibleArchitectures?.includes(architecture) === true)
  );
}

function describe(version: LayerVersionRecord): object {
  return {
    LayerVersionArn: version.arn,
    Version: version.version,
    // Lists leave out a description that was not given.
    ...(version.description !== undefined && { Description: version.description }),
    CreatedDate: version.created,
    ...(version.compatibleRuntimes !== undefined && { CompatibleRuntimes: version.compatibleRuntimes }),
    ...(version.compatibleArchitectures !== undefined && {
      CompatibleArchitectures: version.compatibleArchitectures,
    }),
    ...(version.licenseInfo !== undefined && { LicenseInfo: version.licenseInfo }),
  };
}

function describeWithContent(layer: LayerRecord, version: LayerVersionRecord, call: Call): object {
  const { sha256, size } = version.code;
  return {
    Content: { Location: codeLocation(sha256, call), CodeSha256: sha256, CodeSize: size },
    LayerArn: layer.arn,
    Description: "",
    ...describe(version),
  };
}
