import { createHash } from "node:crypto";
import { conflict } from "../../../src/local/aws-fault.ts";
import type { Edition, FunctionState, World } from "../world.ts";
import { type LambdaHandler, findEdition, findFunction, parseReference } from "./request.ts";

/** Which version an alias's weights choose this time. */
function choose(world: World, owner: FunctionState, qualifier: string | undefined): Edition {
  const alias = owner.aliases.get(qualifier ?? "");
  if (alias === undefined) return findEdition(owner, qualifier);
  const [other] = Object.entries(alias.weights);
  const version = other !== undefined && world.random() < other[1] ? other[0] : alias.version;
  return findEdition(owner, version);
}

export const invoke: LambdaHandler = async ({ world, operation, region, input, unknown, endpoint }) => {
  const request = { world, operation, region, input, unknown, endpoint };
  const owner = findFunction(request);
  const { qualifier } = parseReference(input);
  const edition = choose(world, owner, qualifier);
  if (edition.state !== "Active") {
    throw conflict(
      `The operation cannot be performed at this time. The function is currently in the following state: ${edition.state}`,
    );
  }
  const type = input["InvocationType"] ?? "RequestResponse";
  if (type === "DryRun") return { status: 204 };
  const payload = Buffer.isBuffer(input["Payload"]) ? input["Payload"] : Buffer.from("");
  const { Variables: variables = {} } = (edition.config["Environment"] ?? {}) as {
    Variables?: Readonly<Record<string, string>>;
  };
  const { version } = edition;
  const at = world.now();
  const outcome = await world.behaviour.invoke({
    functionName: owner.name,
    version,
    qualifier,
    payload,
    zip: edition.code.zip,
    variables,
  });
  const failed = outcome.functionError !== undefined;
  const alias = qualifier !== undefined && owner.aliases.has(qualifier) ? qualifier : undefined;
  world.invocations.push({ at, functionName: owner.name, alias, version, failed });
  if (qualifier === version && version !== "$LATEST") {
    const key = createHash("sha256").update(payload).digest("hex");
    const bad = failed || outcome.unexpected === true;
    (bad ? edition.failed : edition.passed).add(key);
    (bad ? edition.passed : edition.failed).delete(key);
  }
  const requestId = world.newRevision();
  const logs = renderLogs(requestId, version, outcome.logs);
  const stream = `${at.toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]0123456789abcdef`;
  for (const message of logs) {
    world.logs.push({ group: `/aws/lambda/${owner.name}`, stream, timestamp: at.getTime(), message });
  }
  if (type === "Event") return { status: 202 };
  return {
    headers: {
      "X-Amz-Executed-Version": version,
      ...(outcome.functionError && { "X-Amz-Function-Error": outcome.functionError }),
      ...(input["LogType"] === "Tail" && {
        "X-Amz-Log-Result": Buffer.from(`${logs.join("\n")}\n`)
          .subarray(-4096)
          .toString("base64"),
      }),
    },
    body: Buffer.from(outcome.payload),
  };
};

function renderLogs(requestId: string, version: string, logs: string | undefined): readonly string[] {
  return [
    `START RequestId: ${requestId} Version: ${version}`,
    ...(logs === undefined ? [] : logs.split("\n")),
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB`,
  ];
}
