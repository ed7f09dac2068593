import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFixture, parsePayload, type Fixture } from "../test-executor.ts";

const major = Number(process.versions.node.split(".")[0]);
/** This repository: it has some of the SDK, as every brig has. */
const place = join(import.meta.dirname, "../../../../package.json");
let fixture: Fixture;
beforeAll(async () => {
  const file = process.execPath;
  fixture = await makeFixture({
    nodeFor: () => Promise.resolve({ file, sdkPlaces: ["/nowhere/x.js", place] }),
  });
});
afterAll(() => fixture.dispose());

async function run(
  name: string,
  source: string,
): Promise<{ readonly answer: unknown; readonly log: string }> {
  fixture.events.splice(0);
  const version = fixture.make({ [name]: source }, { runtime: `nodejs${major}.x` });
  const answer = parsePayload(await fixture.invoke(version));
  return { answer, log: fixture.events.map(({ message }) => message).join("") };
}

test("the SDK is there without the function bringing it: required, imported, imported late", async () => {
  expect(existsSync(place)).toBe(true);
  const required =
    "const { LambdaClient } = require('@aws-sdk/client-lambda');\nexports.handler = async () => LambdaClient.name;";
  expect((await run("app.js", required)).answer).toBe("LambdaClient");
  const imported =
    "import { S3Client } from '@aws-sdk/client-s3';\nexport const handler = async () => S3Client.name;";
  expect((await run("app.mjs", imported)).answer).toBe("S3Client");
  const late = "export const handler = async () => (await import('@aws-sdk/client-sts')).STSClient.name;";
  expect((await run("app.mjs", late)).answer).toBe("STSClient");
});

test("the function's own comes first", async () => {
  const version = fixture.make(
    {
      "app.js": "exports.handler = async () => require('@aws-sdk/client-lambda').own;",
      "node_modules/@aws-sdk/client-lambda/index.js": "exports.own = true;",
    },
    { runtime: `nodejs${major}.x` },
  );
  expect(parsePayload(await fixture.invoke(version))).toBe(true);
});

test("what is nowhere fails as it would on Lambda without it, and the log has a hint", async () => {
  for (const [name, source] of [
    ["app.js", "require('@aws-sdk/client-nix');"],
    ["app.mjs", "import '@aws-sdk/client-nix';"],
  ] as const) {
    const { answer, log } = await run(name, source);
    expect(answer).toMatchObject({ errorMessage: expect.stringContaining("@aws-sdk/client-nix") });
    expect(log).toContain("hint: npm install --save-dev @aws-sdk/client-nix");
  }
  expect((await run("app.js", "require('left-pad');")).log).not.toContain("hint");
});
