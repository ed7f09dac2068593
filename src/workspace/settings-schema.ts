import { z } from "zod";

/** The text of a schema's message completes `"build.exclude" …`. */
const text = z.string();
const texts = z.array(text);
const list = z.array(z.looseObject({}));
const map = z.looseObject({});
const textMap = z.record(z.string(), text);
const count = z.int().min(0, "must not be negative");
const path = text
  .regex(/^[^\0\\]+$/, "must be a path with / between its parts")
  .regex(/^(?![/~]|[A-Za-z]:)/, "must be a relative path inside the repository");
const words = texts.min(1, "must not be empty");

const permission = z.looseObject({ StatementId: text, Action: text, Principal: text });

const member = {
  FunctionName: text.describe("Name on AWS; default: the folder's name, api-name in an API"),
  Runtime: text
    .regex(/^[a-z]+\d*(\.[a-z0-9]+)*$/, "must be a runtime of Lambda, as python3.13")
    .describe("Lambda's name of the runtime: python3.13, nodejs24.x, provided.al2023"),
  Handler: text.min(1, "must not be empty").max(128, "must have at most 128 characters"),
  Architectures: z.array(z.enum(["x86_64", "arm64"])).length(1, "must hold exactly one of x86_64 and arm64"),
  Timeout: z.int().min(1, "must be at least 1").describe("Seconds"),
  MemorySize: z.int().min(128, "must be at least 128").describe("MB"),
  Environment: z.looseObject({ Variables: textMap.optional() }),
  Role: text,
  Description: text.max(256, "must have at most 256 characters"),
  Layers: texts.describe("ARNs of layer versions"),
  Tags: textMap,
  Code: z
    .looseObject({ S3Bucket: text.optional(), S3Key: text.optional() })
    .describe("S3Bucket: where zips over 50 MB go; S3Key: their prefix"),
  KMSKeyArn: text,
  CodeSigningConfigArn: text,
  PackageType: text,
  VpcConfig: map,
  DeadLetterConfig: map,
  TracingConfig: map,
  ImageConfig: map,
  EphemeralStorage: map,
  SnapStart: map,
  LoggingConfig: map,
  DurableConfig: map,
  CapacityProviderConfig: map,
  TenancyConfig: map,
  FileSystemConfigs: list,
  FunctionUrlConfig: map.describe("As CreateFunctionUrlConfig takes it"),
  Permissions: z.array(permission).describe("Each as AddPermission takes it"),
  ReservedConcurrentExecutions: count,
  ProvisionedConcurrentExecutions: count.describe("On the target's alias"),
  EventInvokeConfig: map.describe("As PutFunctionEventInvokeConfig takes it"),
};

/**
 * The members of `function` that brig knows: CreateFunction's, and those that have calls of their own. Any other name
 * passes as well, since AWS adds members; this list only serves to spot a slip of the pen.
 */
export const functionMembers: readonly string[] = Object.keys(member);

const functionSchema = z
  .looseObject(z.object(member).partial().shape)
  .describe("AWS's own names: whatever CreateFunction takes, passed on as it is");

const buildSchema = z.strictObject({
  source: path.describe("Folder of the source, relative to the function's; default: src").optional(),
  requirements: path
    .describe("Requirements file; default: requirements.txt, else pyproject.toml, where one exists")
    .optional(),
  groups: texts.describe("Dependency groups of pyproject.toml to install as well").optional(),
  command: words
    .describe("A program and its arguments, run in the function's folder to fill build.output")
    .optional(),
  output: path.describe("Folder that build.command fills; it is packed in place of the source").optional(),
  exclude: z.array(text.min(1, "must not be empty")).describe("Globs of files to leave out").optional(),
  bytecode: z
    .boolean()
    .describe("Put compiled Python beside the source; default: yes, unless Lambda's limit would be passed")
    .optional(),
  allow: z
    .array(text.min(1, "must not be empty"))
    .describe("Paths of files that look like secrets and may be packed all the same")
    .optional(),
});

/** AWS's own pattern of an alias, which is what a target may be called: not digits alone, since those are versions. */
export const aliasPattern = /^(?!\d+$)[A-Za-z0-9_-]{1,128}$/;

const targetSchema = z.strictObject({
  region: text.regex(/^[a-z]+(-[a-z]+)+-\d+$/, "must be a region of AWS, as us-east-1").optional(),
  account: text
    .regex(/^\d{12}$/, "must be the 12 digits of an AWS account")
    .describe("Credentials of another account are refused")
    .optional(),
  alias: text
    .regex(aliasPattern, "must be letters, digits, - and _, and not digits alone")
    .describe("Alias that carries this target's version; default: the target's name")
    .optional(),
  protected: z
    .boolean()
    .describe("Take only committed builds that are current, and ask on a terminal")
    .optional(),
  function: functionSchema.describe("What differs here from the function's own settings").optional(),
});

export const settingsSchema = z.strictObject({
  function: functionSchema.optional(),
  build: buildSchema.describe("What brig does to make the zip").optional(),
  test: z
    .strictObject({
      requirements: texts.describe("What the tests need besides the function's own requirements").optional(),
      local: z
        .boolean()
        .describe("While tests run, AWS_ENDPOINT_URL_LAMBDA leads to local Lambda with the function in it")
        .optional(),
    })
    .optional(),
  targets: z
    .record(text.regex(aliasPattern, "must be letters, digits, - and _, and not digits alone"), targetSchema)
    .describe("Named places that the function is deployed to")
    .optional(),
});

/** What one brig.yaml says. */
export type SettingsText = z.infer<typeof settingsSchema>;

/** The JSON Schema of brig.yaml, for editors: schema/brig.schema.json. */
export function renderSettingsSchema(): string {
  const schema = z.toJSONSchema(settingsSchema, { target: "draft-7" });
  return `${JSON.stringify({ title: "brig.yaml", ...schema }, null, 2)}\n`;
}
