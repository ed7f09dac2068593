import { expect, test } from "vitest";
import { settleClient } from "./client-settings.ts";

const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" };

test("an endpoint of the service comes before that of all, and none where they are ignored", () => {
  const env = { AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_S3: "http://s3" };
  expect(settleClient(env, "S3", undefined).endpoint).toBe("http://s3");
  expect(settleClient(env, "LAMBDA", undefined).endpoint).toBe("http://all");
  expect(
    settleClient({ ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, "S3", undefined).endpoint,
  ).toBeUndefined();
});

test("what is no URL is told by the name of its variable", () => {
  for (const endpoint of ["localhost:9900", "foo", "http://"]) {
    expect(() => settleClient({ AWS_ENDPOINT_URL: endpoint }, "S3", undefined)).toThrow(
      `AWS_ENDPOINT_URL is no URL: "${endpoint}"`,
    );
  }
});

test("the target's region comes before the environment's", () => {
  const env = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
  expect(settleClient(env, "S3", "us-east-1").region).toBe("us-east-1");
  expect(settleClient(env, "S3", undefined).region).toBe("eu-west-1");
  expect(settleClient({ AWS_DEFAULT_REGION: "eu-west-2" }, "S3", undefined).region).toBe("eu-west-2");
  expect(settleClient({}, "S3", undefined).region).toBeUndefined();
});

test("a profile comes before keys, as in the SDK", () => {
  expect(settleClient(keys, "S3", undefined).credentials).toEqual({ accessKeyId: "a", secretAccessKey: "s" });
  expect(settleClient({ ...keys, AWS_SESSION_TOKEN: "t" }, "S3", undefined).credentials).toMatchObject({
    sessionToken: "t",
  });
  expect(settleClient({ ...keys, AWS_PROFILE: "dev" }, "S3", undefined).credentials).toBeUndefined();
});
