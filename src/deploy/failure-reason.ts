import type { Members } from "./members.ts";

/** What to do about reasons that people meet (API reference, FunctionConfiguration: LastUpdateStatusReasonCode, StateReasonCode). */
const hints: Readonly<Record<string, string>> = {
  EniLimitExceeded: "free network interfaces in the VPC, or use other subnets: function: {VpcConfig: …}",
  InsufficientRolePermissions: "give the function's role the permissions of AWSLambdaVPCAccessExecutionRole",
  InvalidConfiguration: "look at AWS's reason, correct function: in brig.yaml, and deploy again",
  InternalError: "AWS failed inside: deploy again",
  SubnetOutOfIPAddresses: "use subnets with free addresses: function: {VpcConfig: {SubnetIds: [subnet-…]}}",
  InvalidSubnet: "name subnets that exist: function: {VpcConfig: {SubnetIds: [subnet-…]}}",
  InvalidSecurityGroup: "name security groups that exist: function: {VpcConfig: {SecurityGroupIds: [sg-…]}}",
  KMSKeyAccessDenied: "let the function's role use the key: kms:Decrypt, kms:CreateGrant",
  KMSKeyNotFound: "name a key that exists: function: {KMSKeyArn: …}",
  DisabledKMSKey: "aws kms enable-key --key-id …",
  InvalidStateKMSKey: "look at the key: aws kms describe-key --key-id …",
  EFSMountConnectivityError: "let the function's security group reach the file system's on port 2049",
  EFSMountTimeout: "let the function's security group reach the file system's on port 2049",
  EFSMountFailure: "look at the access point: function: {FileSystemConfigs: …}",
  EFSIOError: "look at the file system: function: {FileSystemConfigs: …}",
  InvalidZipFileException: "build it again: brig build --force",
  FunctionError: "the function fails as it starts: brig invoke runs it on this machine",
  "FunctionError.InitTimeout": "the function starts for too long: brig invoke runs it on this machine",
  "FunctionError.RuntimeInitError": "the function fails as it starts: brig invoke runs it on this machine",
  "FunctionError.InvalidEntryPoint": "correct function: {Handler: …} in brig.yaml",
  InsufficientCapacity: "AWS has no capacity for it now: deploy again later",
};

/** Why a function or its last update failed, in AWS's words; `undefined` when it did not. */
export function renderReason(
  configuration: Members,
): { readonly text: string; readonly hint: string | null } | undefined {
  for (const [status, prefix] of [
    ["LastUpdateStatus", "LastUpdateStatus"],
    ["State", "State"],
  ] as const) {
    if (configuration[status] !== "Failed") continue;
    const code = configuration[`${prefix}ReasonCode`] as string | undefined;
    const reason = (configuration[`${prefix}Reason`] as string | undefined) ?? "AWS gives no reason";
    return { text: code === undefined ? reason : `${reason} (${code})`, hint: hints[code ?? ""] ?? null };
  }
  return undefined;
}
