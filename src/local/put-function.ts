import { createHash } from "node:crypto";
import { BrigError } from "../errors.ts";
import { buildLatest, replaceLatest } from "./api/build-version.ts";
import type { Call } from "./api/call.ts";
import { checkRuntime } from "./api/check-runtime.ts";
import { newRecord } from "./api/functions.ts";
import { type ConfigurationInput, settleConfiguration } from "./api/settle-configuration.ts";
import { checkDeclared } from "./check-declared.ts";
import { type DeclaredSettings, ensureUrl, putSettings } from "./put-settings.ts";
import type { BuiltCode, StoredCode } from "./state/code-store.ts";
import type { StagedTree } from "./state/snapshot-tree.ts";
import { functionArn } from "./state/function-reference.ts";
import { keyOf } from "./state/local-state.ts";

/** A function as the user's own folder declares it. */
export interface PutFunction {
  /** The Lambda function's name. */
  readonly name: string;
  /**
   * Members of CreateFunction besides FunctionName and Code, of which Role may be left out, and those of
   * {@link DeclaredSettings}; others are ignored.
   */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly code:
    | { readonly zip: Buffer }
    | { readonly build: BuiltCode }
    /** Absolute path of a folder that is run as it is and must stay; `sha256` (base64) when its zip's is known. */
    | { readonly folder: string; readonly sha256?: string; readonly size?: number };
  /** The code with the host's own packages, for functions of another platform. */
  readonly twin?: StagedTree;
  /** The twin is changed by the next build: it is copied. Otherwise it is run where it is, and must stay. */
  readonly copyTwin?: boolean;
  /** Gives the function a URL without authorisation. */
  readonly withUrl: boolean;
}

export interface PutResult {
  readonly arn: string;
  readonly urlId: string | undefined;
  /** False when code and configuration are those that it had. */
  readonly changed: boolean;
  /** Layers that the service does not have: the function runs without them. */
  readonly missingLayers: readonly string[];
}

/** Stands in where no role is declared: local Lambda has no IAM. */
const placeholderRole = (account: string): string => `arn:aws:iam::${account}:role/local-lambda`;

/**
 * Creates a function, or updates its code and configuration. The configuration is the whole one: what it leaves out has
 * Lambda's default, whatever it was before.
 *
 * @throws AwsFault what CreateFunction would answer
 */
export async function putFunction(put: PutFunction, call: Call): Promise<PutResult> {
  const { state } = call.world;
  const key = keyOf(call.region, put.name);
  const before = state.functions.get(key);
  const input = put.configuration as ConfigurationInput & DeclaredSettings;
  await checkDeclared({ FunctionName: put.name, ...put.configuration });
  checkRuntime(input.Runtime);
  const declared = settleConfiguration(
    put.name,
    { Role: placeholderRole(call.account), ...input },
    undefined,
  );
  const missingLayers = (declared.Layers ?? []).filter((arn) => !hasLayer(arn, call));
  const { Layers: layers = [], ...rest } = declared;
  const present = layers.filter((arn) => !missingLayers.includes(arn));
  const configuration = { ...rest, ...(present.length > 0 && { Layers: present }) };
  const code = await settleCode(put, before?.latest.code, call);
  const owner = before ?? {
    name: put.name,
    region: call.region,
    arn: functionArn(call.region, call.account, put.name),
    reservedConcurrency: input.ReservedConcurrentExecutions,
  };
  const handlerTwinFolder = await settleTwin(put, before?.latest.runnable.handlerTwinFolder, call);
  const latest = await buildLatest(owner, configuration, code, call, { handlerTwinFolder });
  const isOther =
    before?.latest.fingerprint !== latest.fingerprint || before.latest.code.folder !== code.folder;
  const record = before ?? newRecord(owner, latest, {});
  if (before !== undefined && isOther) replaceLatest(record, latest, call.world);
  if (!isOther && handlerTwinFolder !== undefined) call.world.code.releaseTwin(handlerTwinFolder);
  const settingsChanged = putSettings(record, input, call);
  state.functions.set(key, record);
  return {
    arn: record.arn,
    urlId: put.withUrl ? ensureUrl(record, input.FunctionUrlConfig, call) : undefined,
    changed: isOther || settingsChanged,
    missingLayers,
  };
}

async function settleTwin(
  { twin, copyTwin }: PutFunction,
  previous: string | undefined,
  { world }: Call,
): Promise<string | undefined> {
  if (twin === undefined || !copyTwin) return twin?.folder;
  const copy = await world.code.addTwin(twin, previous);
  if (copy !== undefined) return copy;
  throw new BrigError("busy", `${twin.folder} was changed by another brig meanwhile`, "try again");
}

async function settleCode(
  { code }: PutFunction,
  previous: StoredCode | undefined,
  call: Call,
): Promise<StoredCode> {
  if ("zip" in code) return call.world.code.add(code.zip, previous);
  if ("build" in code) return call.world.code.addBuild(code.build, previous);
  return {
    sha256: code.sha256 ?? createHash("sha256").update(code.folder).digest("base64"),
    size: code.size ?? 0,
    unzippedSize: 0,
    folder: code.folder,
    zipFile: undefined,
  };
}

function hasLayer(arn: string, { world }: Call): boolean {
  return [...world.state.layers.values()].some((layer) =>
    [...layer.versions.values()].some((version) => version.arn === arn && !version.deleted),
  );
}
