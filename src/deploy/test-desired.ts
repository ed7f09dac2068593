import type { Desired, Remote, RemoteVersion } from "./desired.ts";
import { noRemote } from "./desired.ts";
import type { Members } from "./members.ts";

/** What brig writes of the commit that `makeDesired` is built from. */
export const testRecord = `brig ${"a".repeat(40)}`;

/** A wish for tests: a function `f` whose zip is `codeSha256: "new"`. */
export function makeDesired(more: Partial<Desired> = {}): Desired {
  return {
    functionName: "f",
    alias: "live",
    zip: {
      file: "/none.zip",
      size: 1000,
      unzippedSize: 2000,
      sha256: "00",
      codeSha256: "new",
      record: { commit: "a".repeat(40), dirty: false },
    },
    configuration: { Runtime: "python3.13", Role: "arn:aws:iam::000000000000:role/test", Timeout: 10 },
    creation: { Handler: "lambda_function.lambda_handler" },
    architecture: "x86_64",
    architectureMentioned: false,
    tags: undefined,
    url: undefined,
    permissions: undefined,
    reservedConcurrency: undefined,
    provisionedConcurrency: undefined,
    eventInvoke: undefined,
    codeSigning: undefined,
    bucket: undefined,
    codeOptions: {},
    smokeTests: 1,
    ...more,
  };
}

/** A version as AWS answers it, with what `makeDesired` wishes and defaults that AWS adds. */
export function makeVersion(version: string, more: Members = {}): RemoteVersion {
  const configuration: Members = {
    FunctionName: "f",
    FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
    Runtime: "python3.13",
    Role: "arn:aws:iam::000000000000:role/test",
    Handler: "lambda_function.lambda_handler",
    Timeout: 10,
    MemorySize: 128,
    CodeSha256: "new",
    Architectures: ["x86_64"],
    PackageType: "Zip",
    Description: version === "$LATEST" ? "" : testRecord,
    TracingConfig: { Mode: "PassThrough" },
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/f" },
    Version: version,
    RevisionId: `revision ${version}`,
    ...more,
  };
  return {
    version,
    revisionId: configuration["RevisionId"] as string,
    codeSha256: configuration["CodeSha256"] as string,
    description: (configuration["Description"] as string | undefined) ?? "",
    configuration,
  };
}

/** A function whose `$LATEST` and version 7, behind the alias, are the same. */
export function makeRemote(more: Members = {}, rest: Partial<Remote> = {}): Remote {
  return {
    ...noRemote,
    latest: makeVersion("$LATEST", more),
    live: makeVersion("7", { ...more, Description: testRecord }),
    alias: { version: "7", revisionId: "alias revision", description: "", weights: {} },
    ...rest,
  };
}
