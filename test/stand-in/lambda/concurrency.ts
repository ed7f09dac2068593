import { AwsFault, invalidParameter } from "../../../src/local/aws-fault.ts";
import type { ProvisionedState } from "../world.ts";
import { locate, locateToWrite } from "./place.ts";
import { type LambdaHandler, findEdition, findFunction, paginate } from "./request.ts";

const putFunctionConcurrency: LambdaHandler = (request) => {
  const { world, input } = request;
  const { owner } = locateToWrite(request);
  const asked = Number(input["ReservedConcurrentExecutions"]);
  const others = [...world.functions.values()].filter((other) => other !== owner);
  if (1000 - asked - others.reduce((sum, { reserved = 0 }) => sum + reserved, 0) < 100) {
    throw invalidParameter(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its " +
        "minimum value of [100].",
    );
  }
  owner.reserved = asked;
  return { body: { ReservedConcurrentExecutions: asked } };
};

const getFunctionConcurrency: LambdaHandler = (request) => {
  const { reserved } = findFunction(request);
  return { body: reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved } };
};

const deleteFunctionConcurrency: LambdaHandler = (request) => {
  const { owner } = locateToWrite(request);
  owner.reserved = undefined;
  return { status: 204 };
};

function describeProvisioned(provisioned: ProvisionedState): Record<string, unknown> {
  const { requested, readsLeft, failure, modified } = provisioned;
  const ready = readsLeft < 0 && failure === undefined;
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: ready ? requested : 0,
    AllocatedProvisionedConcurrentExecutions: ready ? requested : 0,
    Status: readsLeft >= 0 ? "IN_PROGRESS" : failure === undefined ? "READY" : "FAILED",
    ...(readsLeft < 0 && failure !== undefined && { StatusReason: failure.reason }),
    LastModified: modified.toISOString().replace("Z", "+0000"),
  };
}

function noProvisioned(): AwsFault {
  return new AwsFault(
    404,
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
  );
}

const putProvisioned: LambdaHandler = (request) => {
  const { world, input } = request;
  const { owner, key } = locateToWrite(request);
  if (key === "" || findEdition(owner, key).version === "$LATEST") {
    throw invalidParameter(
      "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    );
  }
  const { failures, settleReads } = world.behaviour;
  const provisioned: ProvisionedState = {
    requested: Number(input["ProvisionedConcurrentExecutions"]),
    readsLeft: settleReads.provision,
    failure: failures.provision,
    modified: world.now(),
  };
  delete failures.provision;
  owner.provisioned.set(key, provisioned);
  return { status: 202, body: describeProvisioned(provisioned) };
};

const getProvisioned: LambdaHandler = (request) => {
  const { owner, key } = locate(request);
  const provisioned = owner.provisioned.get(key);
  if (provisioned === undefined) throw noProvisioned();
  if (provisioned.readsLeft >= 0) provisioned.readsLeft--;
  return { body: describeProvisioned(provisioned) };
};

const deleteProvisioned: LambdaHandler = (request) => {
  const { owner, key } = locateToWrite(request);
  owner.provisioned.delete(key);
  return { status: 204 };
};

const listProvisioned: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.provisioned]);
  const configs = page.map(([key, provisioned]) => ({
    FunctionArn: `${owner.arn}:${key}`,
    ...describeProvisioned(provisioned),
  }));
  return { body: { ProvisionedConcurrencyConfigs: configs, ...marker } };
};

export const concurrencyHandlers: Readonly<Record<string, LambdaHandler>> = {
  PutFunctionConcurrency: putFunctionConcurrency,
  GetFunctionConcurrency: getFunctionConcurrency,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  PutProvisionedConcurrencyConfig: putProvisioned,
  GetProvisionedConcurrencyConfig: getProvisioned,
  DeleteProvisionedConcurrencyConfig: deleteProvisioned,
  ListProvisionedConcurrencyConfigs: listProvisioned,
};
