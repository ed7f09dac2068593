import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPython, anyMinor, makeFixture, parsePayload, type Fixture } from "./test-executor.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture();
});
afterAll(() => fixture.dispose());

test("an extension of a layer registers, is told of invocations and of the end", async () => {
  const layerFolder = join(fixture.folder, "opt");
  const file = join(layerFolder, "extensions", "watcher");
  mkdirSync(join(layerFolder, "extensions"), { recursive: true });
  writeFileSync(
    file,
    `#!${findPython(anyMinor)}
import http.client, json, os
def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return response, json.loads(response.read())
response, body = call("POST", "/2020-01-01/extension/register", '{"events": ["INVOKE", "SHUTDOWN"]}', Lambda_Extension_Name="watcher", Lambda_Extension_Accept_Feature="accountId")
print("registered", json.dumps(body), "_HANDLER" in os.environ, flush=True)
identifier = response.headers["Lambda-Extension-Identifier"]
print("telemetry", call("PUT", "/2022-07-01/telemetry", "{}", Lambda_Extension_Identifier=identifier)[1]["errorType"], flush=True)
print("stranger", call("GET", "/2020-01-01/extension/event/next", Lambda_Extension_Identifier="other")[0].status, flush=True)
while True:
    event = call("GET", "/2020-01-01/extension/event/next", Lambda_Extension_Identifier=identifier)[1]
    print("event", event["eventType"], event.get("requestId"), event.get("shutdownReason"), flush=True)
    if event["eventType"] == "SHUTDOWN":
        break
`,
  );
  chmodSync(file, 0o755);
  const version = fixture.make(
    { "app.py": "def handler(event, context):\n    return event\n" },
    { layerFolder },
  );
  expect(parsePayload(await fixture.invoke(version, 1))).toBe(1);
  expect(parsePayload(await fixture.invoke(version, 2))).toBe(2);
  void fixture.executor.retire(version.key);
  const log = (): readonly string[] =>
    fixture.events
      .map(({ message }) => message.trim())
      .filter((message) => !/^(?:START|END|REPORT)/.test(message));
  for (let tries = 0; tries < 60 && !log().at(-1)?.includes("SHUTDOWN"); tries++)
    await new Promise((resolve) => setTimeout(resolve, 30));
  const id = "5f1c4a8e-0000-4000-8000-000000000001";
  expect(log()).toEqual([
    'registered {"functionName": "tested", "functionVersion": "$LATEST", "handler": "app.handler", "accountId": "000000000000"} False',
    "telemetry Telemetry.NotSupported",
    "stranger 403",
    `event INVOKE ${id} None`,
    `event INVOKE ${id} None`,
    "event SHUTDOWN None spindown",
  ]);
});
