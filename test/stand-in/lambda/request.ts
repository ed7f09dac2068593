import { AwsFault, invalidParameter, notFound } from "../../../src/local/aws-fault.ts";
import type { AliasState, Edition, FunctionState, World } from "../world.ts";

/** One call of a Lambda operation, its input read by the SDK's own model. */
export interface LambdaRequest {
  readonly world: World;
  readonly operation: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Members of the input that the SDK's model does not know. */
  readonly unknown: Readonly<Record<string, unknown>>;
  readonly endpoint: string;
}

export interface LambdaAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | Buffer;
  /** What happens behind the caller's back once the answer is made. */
  readonly afterwards?: () => void;
}

export type LambdaHandler = (request: LambdaRequest) => LambdaAnswer | Promise<LambdaAnswer>;

export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** A function's name, partial or whole ARN, with a qualifier in it or beside it. */
export function parseReference(input: Readonly<Record<string, unknown>>): FunctionReference {
  const text = typeof input["FunctionName"] === "string" ? input["FunctionName"] : "";
  const bare = text.replace(/^arn:[^:]+:lambda:[^:]+:/, "").replace(/^(\d{12}:)?function:/, "");
  const [name = "", own] = bare.split(":");
  const asked = typeof input["Qualifier"] === "string" ? input["Qualifier"] : undefined;
  if (own !== undefined && asked !== undefined && own !== asked) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return { name, qualifier: own ?? asked };
}

export function functionArn(world: World, region: string, name: string): string {
  return `arn:aws:lambda:${region}:${world.account}:function:${name}`;
}

/** @throws AwsFault ResourceNotFoundException */
export function findFunction({ world, region, input }: LambdaRequest): FunctionState {
  const { name } = parseReference(input);
  const found = world.functions.get(`${region}/${name}`);
  if (found === undefined) throw notFound(`Function not found: ${functionArn(world, region, name)}`);
  return found;
}

/** @throws AwsFault ResourceNotFoundException */
export function findEdition(owner: FunctionState, qualifier: string | undefined): Edition {
  if (qualifier === undefined || qualifier === "$LATEST") return owner.latest;
  const version = owner.aliases.get(qualifier)?.version ?? qualifier;
  const found = version === "$LATEST" ? owner.latest : owner.versions.get(version);
  if (found === undefined) throw notFound(`Function not found: ${owner.arn}:${qualifier}`);
  return found;
}

/** @throws AwsFault ResourceNotFoundException */
export function findAlias(owner: FunctionState, name: unknown): AliasState {
  const alias = owner.aliases.get(String(name));
  if (alias === undefined) throw notFound(`Alias not found: ${owner.arn}:${String(name)}`);
  return alias;
}

/** @throws AwsFault PreconditionFailedException */
export function guard(asked: unknown, present: string, getOperation: string): void {
  if (asked === undefined || asked === "" || asked === present) return;
  throw new AwsFault(
    412,
    "PreconditionFailedException",
    "The RevisionId provided does not match the latest RevisionId. " +
      `Call the ${getOperation} API to retrieve the latest RevisionId for your resource.`,
  );
}

/** Every write waits until the function has settled. @throws AwsFault ResourceConflictException */
export function refuseWhileUnsettled(owner: FunctionState): void {
  const { latest } = owner;
  if (latest.state === "Pending") {
    throw new AwsFault(
      409,
      "ResourceConflictException",
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
  }
  if (latest.update === "InProgress") {
    throw new AwsFault(
      409,
      "ResourceConflictException",
      `The operation cannot be performed at this time. An update is in progress for resource: ${owner.arn}`,
    );
  }
}

/** A page of a list. */
export function paginate<Item>(
  { input, world }: LambdaRequest,
  items: readonly Item[],
): { readonly page: readonly Item[]; readonly NextMarker?: string } {
  const start = Number(input["Marker"] ?? 0);
  const size = Math.min(Number(input["MaxItems"] ?? 50), world.behaviour.pageSize);
  const end = start + size;
  return { page: items.slice(start, end), ...(end < items.length && { NextMarker: String(end) }) };
}
