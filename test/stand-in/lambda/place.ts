import { notFound } from "../../../src/local/aws-fault.ts";
import type { AwsFault } from "../../../src/local/aws-fault.ts";
import type { FunctionState } from "../world.ts";
import {
  type LambdaRequest,
  findEdition,
  findFunction,
  parseReference,
  refuseWhileUnsettled,
} from "./request.ts";

/** A function, or one of its versions or aliases, that something is attached to. */
export interface Place {
  readonly owner: FunctionState;
  /** The qualifier; "" for the function itself. */
  readonly key: string;
  readonly arn: string;
}

/** @throws AwsFault ResourceNotFoundException */
export function locate(request: LambdaRequest): Place {
  const owner = findFunction(request);
  const { qualifier } = parseReference(request.input);
  findEdition(owner, qualifier);
  return {
    owner,
    key: qualifier ?? "",
    arn: qualifier === undefined ? owner.arn : `${owner.arn}:${qualifier}`,
  };
}

/** @throws AwsFault ResourceNotFoundException, ResourceConflictException while the function has not settled */
export function locateToWrite(request: LambdaRequest): Place {
  const place = locate(request);
  refuseWhileUnsettled(place.owner);
  return place;
}

export function absent(): AwsFault {
  return notFound("The resource you requested does not exist.");
}

/** The members that say what, without those that say where. */
export function withoutPlace(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).filter(([name]) => name !== "FunctionName" && name !== "Qualifier"),
  );
}
