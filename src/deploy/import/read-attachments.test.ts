import { expect, test } from "vitest";
import { BrigError } from "../../errors.ts";
import { AwsError } from "../aws/aws-error.ts";
import type { LambdaCalls } from "../aws/lambda-calls.ts";
import { readAttachments, selectBeside } from "./read-attachments.ts";

/** Answers by operation, and by qualifier where there is one; what is not there AWS does not have. */
function answering(answers: Readonly<Record<string, unknown>>): LambdaCalls {
  return {
    call: async <T>(operation: string, input: Readonly<Record<string, unknown>>): Promise<T> => {
      const qualifier = input["Qualifier"] as string | undefined;
      const answer = answers[qualifier === undefined ? operation : `${operation}:${qualifier}`];
      if (answer instanceof Error) throw answer;
      if (answer === undefined) throw new AwsError(operation, "ResourceNotFoundException", 404, "no");
      return answer as T;
    },
  };
}

test("what stands on the alias comes first, and needs no qualifier", async () => {
  const lambda = answering({
    "GetFunctionUrlConfig:live": {
      FunctionUrl: "https://x",
      AuthType: "NONE",
      InvokeMode: "BUFFERED",
      Cors: { AllowOrigins: ["*"] },
    },
    GetFunctionUrlConfig: { AuthType: "AWS_IAM" },
    GetFunctionEventInvokeConfig: { FunctionArn: "arn", MaximumRetryAttempts: 0, DestinationConfig: {} },
    "GetProvisionedConcurrencyConfig:live": { RequestedProvisionedConcurrentExecutions: 3 },
    GetFunctionCodeSigningConfig: { FunctionName: "hello", CodeSigningConfigArn: "" },
  });
  expect(await readAttachments("hello", "live", lambda)).toEqual({
    members: {
      FunctionUrlConfig: { AuthType: "NONE", Cors: { AllowOrigins: ["*"] } },
      EventInvokeConfig: { Qualifier: "$LATEST", MaximumRetryAttempts: 0 },
      ProvisionedConcurrentExecutions: 3,
    },
    refused: [],
  });
});

test("what may not be read is told", async () => {
  const denied = new BrigError("access-denied", "no");
  const { members, refused } = await readAttachments(
    "hello",
    undefined,
    answering({ GetFunctionUrlConfig: denied }),
  );
  expect(members).toEqual({});
  expect(refused).toEqual(["lambda:GetFunctionUrlConfig"]);
});

test("other faults stay faults", async () => {
  const broken = new AwsError("GetFunctionUrlConfig", "ServiceException", 500, "no");
  await expect(readAttachments("hello", undefined, answering({ GetFunctionUrlConfig: broken }))).rejects.toBe(
    broken,
  );
});

test("tags of AWS itself are none of ours", () => {
  const answer = {
    Tags: { "aws:cloudformation:stack-name": "x", team: "orders" },
    Concurrency: { ReservedConcurrentExecutions: 0 },
  };
  expect(selectBeside(answer)).toEqual({ Tags: { team: "orders" }, ReservedConcurrentExecutions: 0 });
  expect(selectBeside({ Tags: { "aws:x": "y" } })).toEqual({});
});
