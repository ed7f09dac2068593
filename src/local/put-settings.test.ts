import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TooManyRequests } from "./contract.ts";
import { createLocalLambda, type LocalLambda } from "./local-lambda.ts";
import type { PutResult } from "./put-function.ts";
import { createExecutor } from "./runtime/executor.ts";
import { anyMinor, findPython } from "./runtime/test-executor.ts";

let folder: string;
let lambda: LocalLambda;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "brig settings "));
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "code", "app.py"), "def handler(event, context):\n    return 1\n");
  lambda = await createLocalLambda({
    region: "us-east-1",
    account: "000000000000",
    temporaryFolder: folder,
    now: () => new Date(),
    createExecutor: ({ temporaryFolder }) =>
      createExecutor({
        temporaryFolder,
        logSink: () => {},
        now: () => new Date(),
        interpreterFor: (minor) => Promise.resolve({ file: findPython(minor)! }),
        nodeFor: () => Promise.resolve({ file: process.execPath }),
      }),
  });
});
afterAll(async () => {
  await lambda.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, members: Readonly<Record<string, unknown>> = {}): Promise<PutResult> {
  return lambda.putFunction({
    name,
    configuration: { Runtime: `python${anyMinor}`, Handler: "app.handler", ...members },
    code: { folder: join(folder, "code") },
    withUrl: true,
  });
}

function invoke(name: string): Promise<unknown> {
  const { version, invokedArn } = lambda.directory.resolveTarget(name, undefined, "us-east-1");
  const input = { requestId: "r", payload: Buffer.from("{}"), invokedArn, streaming: false };
  return lambda.executor.invoke(version, input);
}

test("reserved concurrency holds as soon as it is declared, and no longer", async () => {
  await put("reserved", { ReservedConcurrentExecutions: 0 });
  await expect(invoke("reserved")).rejects.toThrow(TooManyRequests);
  expect((await put("reserved", { ReservedConcurrentExecutions: 2 })).changed).toBe(true);
  expect((await put("reserved", { ReservedConcurrentExecutions: 2 })).changed).toBe(false);
  await expect(invoke("reserved")).resolves.toMatchObject({ functionError: null });
  await put("reserved");
  const { version } = lambda.directory.resolveTarget("reserved", undefined, "us-east-1");
  expect(version.reservedConcurrency).toBeUndefined();
});

test("a URL is open to all, unless declared otherwise; its id stays", async () => {
  const first = await put("url");
  const find = () => lambda.directory.findFunctionUrl(first.urlId!);
  expect(find()).toMatchObject({ authType: "NONE", invokeMode: "BUFFERED", cors: undefined });
  const Cors = { AllowOrigins: ["https://example.org"], MaxAge: 60 };
  const declared = { FunctionUrlConfig: { AuthType: "AWS_IAM", InvokeMode: "RESPONSE_STREAM", Cors } };
  const second = await put("url", declared);
  expect(second).toEqual({ ...first, changed: true });
  expect(find()).toMatchObject({ authType: "AWS_IAM", invokeMode: "RESPONSE_STREAM", cors: Cors });
  expect((await put("url", declared)).changed).toBe(false);
});

test("settings of asynchronous events and tags", async () => {
  const EventInvokeConfig = {
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:eu-west-1:123456789012:dead" } },
  };
  await put("events", { EventInvokeConfig, Tags: { team: "a" } });
  const target = lambda.directory.resolveTarget("events", undefined, "us-east-1");
  expect(lambda.directory.eventInvokeConfig(target)).toEqual({
    maximumRetryAttempts: 0,
    maximumEventAge: 21_600,
    onSuccess: undefined,
    onFailure: "arn:aws:sqs:eu-west-1:123456789012:dead",
  });
  expect((await put("events", { EventInvokeConfig, Tags: { team: "b" } })).changed).toBe(true);
  await put("events");
  expect(lambda.directory.eventInvokeConfig(target).maximumRetryAttempts).toBe(2);
});

describe("what Lambda's API refuses is refused", () => {
  test.each([
    [{ MemorySize: 20_000 }, "Value '20000' at 'memorySize'"],
    [{ Timeout: 901 }, "Member must have value less than or equal to 900"],
    [{ EphemeralStorage: { Size: 100 } }, "Value '100' at 'ephemeralStorage.size'"],
    [{ LoggingConfig: { LogFormat: "Xml" } }, "Value 'Xml' at 'loggingConfig.logFormat'"],
    [{ Environment: { Variables: { "a-b": "secret" } } }, "at 'environment.variables'"],
    [{ FunctionUrlConfig: { AuthType: "ALL" } }, "enum value set: [AWS_IAM, NONE]"],
    [{ FunctionUrlConfig: { Cors: { MaxAge: 100_000 } } }, "at 'functionUrlConfig.cors.maxAge'"],
    [{ EventInvokeConfig: { MaximumRetryAttempts: 3 } }, "at 'eventInvokeConfig.maximumRetryAttempts'"],
    [{ ReservedConcurrentExecutions: -1 }, "at 'reservedConcurrentExecutions'"],
    [{ Layers: ["nonsense"] }, "at 'layers'"],
  ])("%j", async (members, message) => {
    const refused = put("refused", members);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow("secret");
    expect(() => lambda.directory.resolveTarget("refused", undefined, "us-east-1")).toThrow(
      "Function not found",
    );
  });

  test("names, too", async () => {
    await expect(put("a name")).rejects.toThrow("at 'functionName'");
  });
});
