/** `test.local`: tests of a function reach it with boto3, as they would on AWS. */
import { beforeAll, expect, test } from "vitest";
import { brig, buildOne, makeWorkspace, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";

const tests = `import json, os, urllib.request
import boto3

def call(payload):
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["BRIG_FUNCTION_NAME"], Payload=json.dumps(payload))
    return answer.get("FunctionError"), json.load(answer["Payload"])

def test_it_greets():
    assert call({"name": "you"}) == (None, {"greeting": "good day, you", "process": False})

def test_it_fails_as_on_lambda():
    error, report = call({})
    assert error == "Unhandled" and report["errorType"] == "KeyError" and "/var/task" in report["stackTrace"][0]

def test_it_has_a_url():
    url = boto3.client("lambda").get_function_url_config(FunctionName=os.environ["BRIG_FUNCTION_NAME"])["FunctionUrl"]
    host = url.split("/")[2]
    local = urllib.request.Request("http://127.0.0.1:" + host.split(":")[1] + "/", headers={"host": host}, data=b"{}")
    try:
        urllib.request.urlopen(local)
    except urllib.error.HTTPError as error:
        assert error.code == 502

def test_nothing_of_the_user_is_here():
    assert "AWS_PROFILE" not in os.environ and os.environ["AWS_ACCESS_KEY_ID"] != "AKIAUSER"
`;

let folder: string;
beforeAll(() => {
  folder = makeWorkspace({
    "functions/hello/brig.yaml":
      `function:\n  Runtime: ${runtime}\n  Environment: {Variables: {GREETING: good day}}\n` +
      "test:\n  local: true\n  requirements: [boto3]\n",
    "functions/hello/src/lambda_function.py":
      "import os\n\ndef lambda_handler(event, context):\n    print('asked for', sorted(event))\n" +
      "    return {'greeting': os.environ['GREETING'] + ', ' + event['name'], 'process': 'BRIG_FUNCTION_NAME' in os.environ}\n",
    "functions/hello/tests/test_hello.py": tests,
  });
});

test("boto3 finds the function, whatever the user's own settings say", async () => {
  const user = { AWS_PROFILE: "nobody", AWS_ACCESS_KEY_ID: "AKIAUSER", AWS_SECRET_ACCESS_KEY: "secret" };
  const proxy = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };
  const row = await buildOne(folder, ["test", "hello"], { ...user, ...proxy });
  expect(row.error).toBeNull();
  expect(row.tests).toMatchObject({ status: "passed", runner: "pytest" });
});

test("its settings are inputs of the tests; what it logged stands below a failure", async () => {
  expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
  writeFiles(folder, {
    "functions/hello/brig.yaml":
      `function:\n  Runtime: ${runtime}\n  Environment: {Variables: {GREETING: good night}}\n` +
      "test:\n  local: true\n  requirements: [boto3]\n",
  });
  const { status, stderr } = await brig(folder, ["build", "hello"]);
  expect(status).toBe(1);
  expect(stderr).toContain("error: tests-failed: 1 of 4 tests failed");
  expect(stderr).toContain("asked for ['name']");
});
