/** The stand-in through boto3, whose model of Lambda is AWS's own and not that of the SDK for JavaScript. */
import { expect, test } from "vitest";
import { findBoto3, runBoto3 } from "../src/local/test-boto3.ts";
import { standInAccount, startStandIn } from "./stand-in/stand-in.ts";

const python = await findBoto3();

const program = `
aws = client("lambda")
code = zip_of({"lambda_function.py": "def lambda_handler(event, context): return 1"})
made = aws.create_function(FunctionName="hello", Runtime="python3.13", Handler="lambda_function.lambda_handler",
    Role="arn:aws:iam::${standInAccount}:role/functions", Code={"ZipFile": code}, Tags={"team": "a"},
    Environment={"Variables": {"LEVEL": "info"}}, Layers=["arn:aws:lambda:us-east-1:${standInAccount}:layer:tools:1"])
assert made["State"] == "Pending", made
refused = failure(aws.publish_version, FunctionName="hello")
aws.get_waiter("function_active_v2").wait(FunctionName="hello", WaiterConfig={"Delay": 0})
version = aws.publish_version(FunctionName="hello", CodeSha256=made["CodeSha256"])["Version"]
aws.create_alias(FunctionName="hello", Name="live", FunctionVersion=version)
aws.update_function_configuration(FunctionName="hello", Timeout=10, MemorySize=256)
conflict = failure(aws.update_function_code, FunctionName="hello", ZipFile=code)
aws.get_waiter("function_updated_v2").wait(FunctionName="hello", WaiterConfig={"Delay": 0})
stale = failure(aws.update_function_code, FunctionName="hello", ZipFile=code, RevisionId=made["RevisionId"])
aws.publish_version(FunctionName="hello")
aws.update_alias(FunctionName="hello", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
in_use = failure(aws.delete_function, FunctionName="hello", Qualifier="2")
alias = aws.update_alias(FunctionName="hello", Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
answer = aws.invoke(FunctionName="hello", Qualifier="live", Payload=b"{}", LogType="Tail")
aws.put_function_event_invoke_config(FunctionName="hello", Qualifier="live", MaximumRetryAttempts=0)
aws.create_function_url_config(FunctionName="hello", Qualifier="live", AuthType="NONE")
aws.add_permission(FunctionName="hello", Qualifier="live", StatementId="url", Action="lambda:InvokeFunctionUrl",
    Principal="*", FunctionUrlAuthType="NONE")
aws.put_function_concurrency(FunctionName="hello", ReservedConcurrentExecutions=5)
aws.put_provisioned_concurrency_config(FunctionName="hello", Qualifier="live", ProvisionedConcurrentExecutions=1)
pages = aws.get_paginator("list_versions_by_function").paginate(FunctionName="hello", PaginationConfig={"PageSize": 1})
configuration = aws.get_function_configuration(FunctionName="hello")
tags = aws.list_tags(Resource=configuration["FunctionArn"])["Tags"]
now = __import__("datetime").datetime.now(__import__("datetime").timezone.utc)
minute = __import__("datetime").timedelta(minutes=1)
metric = client("cloudwatch").get_metric_data(StartTime=now - minute, EndTime=now + minute, MetricDataQueries=[
    {"Id": "calls", "MetricStat": {"Period": 3600, "Stat": "Sum", "Metric": {"Namespace": "AWS/Lambda",
     "MetricName": "Invocations", "Dimensions": [{"Name": "FunctionName", "Value": "hello"},
     {"Name": "Resource", "Value": "hello:live"}, {"Name": "ExecutedVersion", "Value": "1"}]}}}])
print(json.dumps({
    "refused": refused[:2], "conflict": conflict[:2], "stale": stale[:2], "in_use": in_use,
    "routing": alias.get("RoutingConfig"), "executed": answer["ExecutedVersion"], "payload": answer["Payload"].read().decode(),
    "versions": [entry["Version"] for page in pages for entry in page["Versions"]],
    "layers": configuration["Layers"], "memory": configuration["MemorySize"], "tags": tags,
    "provisioned": aws.get_provisioned_concurrency_config(FunctionName="hello", Qualifier="live")["Status"],
    "account": client("sts").get_caller_identity()["Account"],
    "events": len(client("logs").filter_log_events(logGroupName="/aws/lambda/hello", filterPattern="REPORT")["events"]),
    "calls": metric["MetricDataResults"][0]["Values"],
}))
`;

test.skipIf(python === undefined)("boto3 lives a function's life with the stand-in", async () => {
  const aws = await startStandIn();
  try {
    const printed = JSON.parse(await runBoto3(python!, aws.endpoint, program)) as unknown;
    expect(printed).toEqual({
      refused: [409, "ResourceConflictException"],
      conflict: [409, "ResourceConflictException"],
      stale: [412, "PreconditionFailedException"],
      in_use: [
        409,
        "ResourceConflictException",
        "Unable to delete version because the following aliases reference it: [live]",
      ],
      routing: null,
      executed: "1",
      payload: '{"version":"1"}',
      versions: ["$LATEST", "1", "2"],
      layers: [{ Arn: `arn:aws:lambda:us-east-1:${standInAccount}:layer:tools:1`, CodeSize: 1000 }],
      memory: 256,
      tags: { team: "a" },
      provisioned: "IN_PROGRESS",
      account: standInAccount,
      events: 1,
      calls: [1],
    });
    expect(aws.faults).toEqual([]);
  } finally {
    await aws.dispose();
  }
});
