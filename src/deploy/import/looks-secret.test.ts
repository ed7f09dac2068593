import { describe, expect, test } from "vitest";
import { hideVariables } from "./hide-variables.ts";
import { looksSecret } from "./looks-secret.ts";

const random = "q8Zt3mW1xK9vB2nR7yL4pD6s";

describe("looks secret", () => {
  test.each([
    ["API_TOKEN", "x"],
    ["DB_PASSWORD", "hunter"],
    ["dbPassword", "hunter"],
    ["STRIPE_API_KEY", "abc"],
    ["signingKey", "abc"],
    ["CLIENT_SECRET", "abc"],
    ["SENTRY_DSN", "abc"],
    ["DATABASE_URL", "postgres://me:pass@db/x"],
    ["CONNECTION", "Server=db;Password=x;Database=y"],
    ["A", "ghp_0123456789"],
    ["A", "AKIAIOSFODNN7EXAMPLE"],
    ["A", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n"],
    ["A", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"],
    ["HOOK", "https://hooks.slack.com/services/T0/B0/x"],
    ["A", random],
    ["A", "9f86d081884c7d659a2feaa0c55ad015"],
  ])("%s=%s", (name, value) => {
    expect(looksSecret(name, value)).toBe(true);
  });
});

describe("looks harmless", () => {
  test.each([
    ["LEVEL", "info"],
    ["TABLE_NAME", "orders-production-eu-west-1"],
    ["S3_KEY", "reports/2026/summary.csv"],
    ["PARTITION_KEY", "id"],
    ["KMS_KEY_ID", "alias/orders"],
    ["SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf"],
    ["TOKEN_URL", "https://login.example.org/oauth/token"],
    ["PASSWORD_FILE", "/opt/password"],
    ["TOKEN_TTL", "3600"],
    ["USE_TOKEN", "true"],
    ["API_TOKEN", ""],
    ["PYTHONPATH", "/opt/python"],
    ["HANDLER", "lambda_function.lambda_handler"],
  ])("%s=%s", (name, value) => {
    expect(looksSecret(name, value)).toBe(false);
  });
});

test("values that look secret are asked of the environment, and what looks like that already is not", () => {
  const { members, hidden } = hideVariables({
    Description: "costs ${price}",
    Layers: ["${x}"],
    Environment: { Variables: { API_TOKEN: "abc", LEVEL: "${env:LEVEL}" } },
  });
  expect(hidden).toEqual(["API_TOKEN"]);
  expect(members).toEqual({
    Description: "costs $${price}",
    Layers: ["$${x}"],
    Environment: { Variables: { API_TOKEN: "${env:API_TOKEN}", LEVEL: "$${env:LEVEL}" } },
  });
});
