/** boto3 with functions that run; `src/local/boto3.test.ts` has what it asks of the service without running any. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBoto3, runBoto3 } from "../../src/local/test-boto3.ts";
import { temporaryFolder } from "../support/brig.ts";
import { runtime } from "../support/python.ts";
import { type LocalService, role, startLocalService } from "./local-service.ts";

let service: LocalService;
let python: string | undefined;
beforeAll(async () => {
  [service, python] = await Promise.all([startLocalService(), findBoto3()]);
});
afterAll(() => service.dispose());

const major = process.versions.node.split(".")[0];

test("waits for all that has a waiter, invokes, and pages through versions, aliases and logs", async ({
  skip,
}) => {
  if (python === undefined) return skip("boto3 cannot be installed here");
  const output = await runBoto3(
    python,
    service.endpoint,
    `
lam, logs = client("lambda"), client("logs")
def code(number):
    return zip_of({"app.py": '''
calls = 0
def handler(event, context):
    global calls
    calls += 1
    print("answers %d", event)
    if "fail" in event:
        raise KeyError(event["fail"])
    return {"answer": %d, "calls": calls, "client": context.client_context and context.client_context.custom}
''' % (number, number)})
name = {"FunctionName": "boto"}
lam.create_function(**name, Runtime="${runtime}", Handler="app.handler", Role="${role}", Code={"ZipFile": code(1)})
for waiter in ["function_active", "function_active_v2", "function_exists", "function_updated", "function_updated_v2"]:
    lam.get_waiter(waiter).wait(**name)
def invoke(event, **more):
    return lam.invoke(**name, Payload=json.dumps(event), **more)
def payload(answer):
    return json.loads(answer["Payload"].read())
warm = [payload(invoke({}))["calls"] for _ in range(3)]
import base64
context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
told = payload(invoke({}, ClientContext=context))["client"]
tail = invoke({"x": 1}, LogType="Tail")
failed = invoke({"fail": "asked to"})
for number in (1, 2, 3):
    lam.update_function_code(**name, ZipFile=code(number))
    version = lam.publish_version(**name)["Version"]
    lam.get_waiter("published_version_active").wait(**name, Qualifier=version)
    lam.create_alias(**name, Name="alias-%d" % number, FunctionVersion=version)
aliased = [payload(lam.invoke(FunctionName="boto:alias-%d" % number))["answer"] for number in (1, 2, 3)]
def pages(client, operation, member, **arguments):
    return [len(page[member]) for page in client.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": 2})]
lam.put_function_concurrency(**name, ReservedConcurrentExecutions=0)
throttled = failure(lam.invoke, **name)
lam.delete_function_concurrency(**name)
group = {"logGroupName": "/aws/lambda/boto"}
messages = [event["message"] for page in logs.get_paginator("filter_log_events").paginate(**group, filterPattern="answers", PaginationConfig={"PageSize": 3}) for event in page["events"]]
print(json.dumps({
    "warm": warm, "told": told, "aliased": aliased, "throttled": throttled,
    "tail": base64.b64decode(tail["LogResult"]).decode(),
    "failed": [failed["StatusCode"], failed["FunctionError"], payload(failed)],
    "versions": pages(lam, "list_versions_by_function", "Versions", **name),
    "aliases": pages(lam, "list_aliases", "Aliases", **name),
    "streams": sum(pages(logs, "describe_log_streams", "logStreams", **group)) >= 4,
    "messages": messages,
}))
`,
  );
  expect(JSON.parse(output)).toEqual({
    warm: [1, 2, 3],
    told: { a: "b" },
    aliased: [1, 2, 3],
    throttled: [429, "TooManyRequestsException", "Rate Exceeded."],
    tail: expect.stringMatching(/^START RequestId: \S+ Version: \$LATEST\nanswers 1 \{'x': 1\}\nEND /),
    failed: [
      200,
      "Unhandled",
      expect.objectContaining({
        errorType: "KeyError",
        errorMessage: "'asked to'",
        stackTrace: [expect.stringContaining('File "/var/task/app.py", line 8, in handler')],
      }),
    ],
    versions: [2, 2],
    aliases: [2, 1],
    streams: true,
    messages: expect.arrayContaining(["answers 3 {}\n", "answers 1 {'fail': 'asked to'}\n"]),
  });
});

test("reads a streamed response while the function makes it", async ({ skip }) => {
  if (python === undefined) return skip("boto3 cannot be installed here");
  const output = await runBoto3(
    python,
    service.endpoint,
    `
import pathlib
lam = client("lambda")
lam.create_function(FunctionName="streaming", Runtime="nodejs${major}.x", Handler="app.handler", Role="${role}", Timeout=20, Code={"ZipFile": zip_of({"app.mjs": '''
import { existsSync } from "node:fs";
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("begun");
  while (!existsSync(event)) await new Promise((resolve) => setTimeout(resolve, 5));
  stream.end("done");
});
'''})})
# The function goes on when this file is there: so the first part must have come before the last was made.
seen = pathlib.Path(${JSON.stringify(temporaryFolder())}) / "seen"
answer = lam.invoke_with_response_stream(FunctionName="streaming", Payload=json.dumps(str(seen)), LogType="Tail")
events = []
for event in answer["EventStream"]:
    events.append(event["PayloadChunk"]["Payload"].decode() if "PayloadChunk" in event else sorted(event["InvokeComplete"]))
    seen.touch()
print(json.dumps([answer["StatusCode"], answer["ExecutedVersion"], events]))
`,
  );
  expect(JSON.parse(output)).toEqual([200, "$LATEST", ["begun", "done", ["LogResult"]]]);
});
