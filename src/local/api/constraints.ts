/** What AWS's model asks of a value beyond its type. The JavaScript SDK leaves these traits out of its schemas. */
export interface Constraint {
  /** Regular expression of the whole value. */
  readonly pattern?: string;
  /** Least and greatest value of a number, length of a string (characters), list or map (entries). */
  readonly min?: number;
  readonly max?: number;
  /** Name of the enumeration in the SDK. */
  readonly enumeration?: string;
  /** Its values as AWS lists them, where the SDK has another order. */
  readonly order?: readonly string[];
  /** What each member of a list must be. */
  readonly element?: Constraint;
  /** What each key of a map must be. */
  readonly key?: Constraint;
  readonly value?: Constraint;
}

const region = "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}";
const functionPrefix = `(arn:(aws[a-zA-Z-]*)?:lambda:)?(${region}:)?(\\d{12}:)?(function:)?`;
const anyArn = "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()";
const layerArn = `arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:layer:`;
/** AWS's own layers have no version in their ARN. */
const layerVersionArn = {
  pattern: `((${layerArn}[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))`,
  min: 1,
  max: 2048,
};
const codeSigningArn = `arn:(aws[a-zA-Z-]*)?:lambda:${region}:\\d{12}:code-signing-config:csc-[a-z0-9]{17}`;

const functionName = {
  pattern: `${functionPrefix}([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
  min: 1,
  max: 140,
};
/** Invoking and reading also take names with dots. */
const namespacedName = {
  pattern: `${functionPrefix}([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
  min: 1,
  max: 256,
};
const urlFunctionName = {
  pattern: `${functionPrefix}([a-zA-Z0-9-_]{1,64})(:((?!\\d+$)[0-9a-zA-Z-_]+))?`,
  min: 1,
  max: 140,
};
const qualifier = { pattern: "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+", min: 1, max: 128 };
const urlQualifier = { pattern: "((?!^\\d+$)^[0-9a-zA-Z-_]+$)", min: 1, max: 128 };
const alias = { pattern: "(?!^[0-9]+$)([a-zA-Z0-9-_]+)", min: 1, max: 128 };
const pageOf50 = { min: 1, max: 50 };
const resourceArn = {
  pattern: `arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(${region})?:(\\d{12})?:(.*)`,
  max: 10_000,
};
const keyArn = { pattern: anyArn, max: 10_000 };
const tagKey = { pattern: "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", min: 1, max: 128 };
const provisionedQualifier = { pattern: "(|[a-zA-Z0-9$_-]+)", min: 1, max: 128 };
const destination = {
  pattern: `$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:(${region})?:(\\d{12})?:(.*)`,
  max: 350,
};

const architecture = { enumeration: "Architecture", order: ["x86_64", "arm64"] };

/**
 * By member name, or by `Structure.Member` where a structure differs. Source: the API reference of AWS Lambda 2015-03-31
 * (https://docs.aws.amazon.com/lambda/latest/api/), each action's "Request Parameters". The test compares them with the
 * service model that the AWS CLI ships.
 */
export const constraints: Readonly<Record<string, Constraint>> = {
  FunctionName: functionName,
  "GetFunctionRequest.FunctionName": namespacedName,
  "GetFunctionConfigurationRequest.FunctionName": namespacedName,
  "DeleteFunctionRequest.FunctionName": namespacedName,
  "GetPolicyRequest.FunctionName": namespacedName,
  "ListVersionsByFunctionRequest.FunctionName": namespacedName,
  "GetRuntimeManagementConfigRequest.FunctionName": namespacedName,
  "RemovePermissionRequest.FunctionName": namespacedName,
  "GetFunctionCodeSigningConfigRequest.FunctionName": namespacedName,
  "DeleteFunctionCodeSigningConfigRequest.FunctionName": namespacedName,
  "PutFunctionCodeSigningConfigRequest.FunctionName": namespacedName,
  "PutFunctionEventInvokeConfigRequest.FunctionName": namespacedName,
  "UpdateFunctionEventInvokeConfigRequest.FunctionName": namespacedName,
  "GetFunctionEventInvokeConfigRequest.FunctionName": namespacedName,
  "DeleteFunctionEventInvokeConfigRequest.FunctionName": namespacedName,
  "ListFunctionEventInvokeConfigsRequest.FunctionName": namespacedName,
  "PutRuntimeManagementConfigRequest.FunctionName": namespacedName,
  "ListEventSourceMappingsRequest.FunctionName": namespacedName,
  "CreateFunctionUrlConfigRequest.FunctionName": urlFunctionName,
  "GetFunctionUrlConfigRequest.FunctionName": urlFunctionName,
  "UpdateFunctionUrlConfigRequest.FunctionName": urlFunctionName,
  "DeleteFunctionUrlConfigRequest.FunctionName": urlFunctionName,
  "ListFunctionUrlConfigsRequest.FunctionName": urlFunctionName,
  "AddPermissionRequest.FunctionName": namespacedName,
  "GetFunctionRecursionConfigRequest.FunctionName": {
    pattern: `${functionPrefix}([a-zA-Z0-9-_]+)`,
    min: 1,
    max: 140,
  },
  "PutFunctionRecursionConfigRequest.FunctionName": {
    pattern: `${functionPrefix}([a-zA-Z0-9-_]+)`,
    min: 1,
    max: 140,
  },
  Qualifier: qualifier,
  "PutProvisionedConcurrencyConfigRequest.Qualifier": provisionedQualifier,
  "GetProvisionedConcurrencyConfigRequest.Qualifier": provisionedQualifier,
  "DeleteProvisionedConcurrencyConfigRequest.Qualifier": provisionedQualifier,
  "CreateFunctionUrlConfigRequest.Qualifier": urlQualifier,
  "GetFunctionUrlConfigRequest.Qualifier": urlQualifier,
  "UpdateFunctionUrlConfigRequest.Qualifier": urlQualifier,
  "DeleteFunctionUrlConfigRequest.Qualifier": urlQualifier,
  Role: { pattern: "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+", max: 10_000 },
  Handler: { pattern: "[^\\s]+", max: 128 },
  Description: { max: 256 },
  // The model's own limits are those of Managed Instances, which are not supported here; these are Lambda's other functions'.
  Timeout: { min: 1, max: 900 },
  MemorySize: { min: 128, max: 10_240 },
  PackageType: { enumeration: "PackageType" },
  PublishTo: { enumeration: "FunctionVersionLatestPublished" },
  Architectures: { min: 1, max: 1, element: architecture },
  "EphemeralStorage.Size": { min: 512, max: 10_240 },
  KMSKeyArn: keyArn,
  SourceKMSKeyArn: keyArn,
  S3ObjectStorageMode: { enumeration: "S3ObjectStorageMode" },
  Tags: { key: tagKey },
  TagKeys: { element: tagKey },
  EventSourceArn: resourceArn,
  OrganizationId: { pattern: "o-[a-z0-9]{10,32}", max: 34 },
  "DeadLetterConfig.TargetArn": keyArn,
  "TracingConfig.Mode": { enumeration: "TracingMode" },
  "SnapStart.ApplyOn": { enumeration: "SnapStartApplyOn" },
  "LoggingConfig.LogFormat": { enumeration: "LogFormat" },
  "LoggingConfig.ApplicationLogLevel": { enumeration: "ApplicationLogLevel" },
  "LoggingConfig.SystemLogLevel": { enumeration: "SystemLogLevel" },
  "LoggingConfig.LogGroup": { pattern: "[\\.\\-_/#A-Za-z0-9]+", min: 1, max: 512 },
  "VpcConfig.SubnetIds": { max: 16, element: { pattern: "subnet-[0-9a-z]*", max: 1024 } },
  "VpcConfig.SecurityGroupIds": { max: 5, element: { pattern: "sg-[0-9a-zA-Z]*", max: 1024 } },
  "Environment.Variables": { key: { pattern: "[a-zA-Z]([a-zA-Z0-9_])+" } },
  Layers: { element: layerVersionArn },
  "GetLayerVersionByArnRequest.Arn": layerVersionArn,
  FileSystemConfigs: { max: 1 },
  S3Bucket: { pattern: "[0-9A-Za-z\\.\\-_]*(?<!\\.)", min: 3, max: 63 },
  S3Key: { min: 1, max: 1024 },
  S3ObjectVersion: { min: 1, max: 1024 },
  CodeSigningConfigArn: { pattern: codeSigningArn, max: 200 },
  Name: alias,
  FunctionVersion: { pattern: "(\\$LATEST(\\.PUBLISHED)?|[0-9]+)", min: 1, max: 1024 },
  "ListFunctionsRequest.FunctionVersion": { enumeration: "FunctionVersion" },
  AdditionalVersionWeights: {
    key: { pattern: "[0-9]+", min: 1, max: 1024 },
    value: { min: 0, max: 1 },
  },
  "ListFunctionsRequest.MasterRegion": { pattern: `ALL|${region}`, min: 1, max: 50 },
  MaxItems: { min: 1, max: 10_000 },
  "ListFunctionUrlConfigsRequest.MaxItems": pageOf50,
  "ListLayersRequest.MaxItems": pageOf50,
  "ListLayerVersionsRequest.MaxItems": pageOf50,
  "ListProvisionedConcurrencyConfigsRequest.MaxItems": pageOf50,
  "ListFunctionEventInvokeConfigsRequest.MaxItems": pageOf50,
  StatementId: { pattern: "([a-zA-Z0-9-_]+)", min: 1, max: 100 },
  "RemovePermissionRequest.StatementId": { pattern: "([a-zA-Z0-9-_.]+)", min: 1, max: 100 },
  "AddPermissionRequest.Action": { pattern: "(lambda:[*]|lambda:[a-zA-Z]+|[*])", max: 10_000 },
  "AddPermissionRequest.Principal": { pattern: "[^\\s]+", max: 2048 },
  "AddLayerVersionPermissionRequest.Action": { pattern: "lambda:GetLayerVersion", max: 22 },
  "AddLayerVersionPermissionRequest.Principal": {
    pattern: "\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root",
    max: 10_000,
  },
  SourceArn: resourceArn,
  SourceAccount: { pattern: "\\d{12}", max: 12 },
  EventSourceToken: { pattern: "[a-zA-Z0-9._\\-]+", max: 256 },
  PrincipalOrgID: { pattern: "o-[a-z0-9]{10,32}", min: 12, max: 34 },
  FunctionUrlAuthType: { enumeration: "FunctionUrlAuthType" },
  AuthType: { enumeration: "FunctionUrlAuthType" },
  InvokeMode: { enumeration: "InvokeMode" },
  "Cors.MaxAge": { min: 0, max: 86_400 },
  "Cors.AllowMethods": { max: 6, element: { pattern: ".*", max: 6 } },
  "Cors.AllowOrigins": { max: 100, element: { pattern: ".*", min: 1, max: 253 } },
  "Cors.AllowHeaders": { max: 100, element: { pattern: ".*", max: 1024 } },
  "Cors.ExposeHeaders": { max: 100, element: { pattern: ".*", max: 1024 } },
  ReservedConcurrentExecutions: { min: 0 },
  ProvisionedConcurrentExecutions: { min: 1 },
  MaximumRetryAttempts: { min: 0, max: 2 },
  MaximumEventAgeInSeconds: { min: 60, max: 21_600 },
  "OnSuccess.Destination": destination,
  "OnFailure.Destination": destination,
  Resource: {
    pattern:
      `arn:(aws[a-zA-Z-]*):lambda:${region}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?` +
      "|code-signing-config:csc-[a-z0-9]{17}" +
      "|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}" +
      "|(capacity-provider|network-connector):[a-zA-Z0-9-_]{1,64})",
    min: 1,
    max: 10_000,
  },
  LayerName: { pattern: `(${layerArn}[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140})`, min: 1, max: 2048 },
  LicenseInfo: { max: 512 },
  CompatibleRuntimes: { max: 15, element: { enumeration: "Runtime" } },
  CompatibleRuntime: { enumeration: "Runtime" },
  CompatibleArchitectures: { max: 2, element: architecture },
  CompatibleArchitecture: architecture,
  UpdateRuntimeOn: { enumeration: "UpdateRuntimeOn" },
  RuntimeVersionArn: {
    pattern:
      `((arn:(aws[a-zA-Z-]*):lambda:${region}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:${region}:\\d{12}` +
      ":runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))",
    min: 26,
    max: 2048,
  },
  RecursiveLoop: { enumeration: "RecursiveLoop" },
  UntrustedArtifactOnDeployment: { enumeration: "CodeSigningPolicy" },
  SigningProfileVersionArns: { min: 1, max: 20, element: resourceArn },
};
