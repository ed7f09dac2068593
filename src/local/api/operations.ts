import { getAccountSettings } from "./account-settings.ts";
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from "./aliases.ts";
import type { OperationHandler } from "./call.ts";
import * as codeSigning from "./code-signing.ts";
import { deleteFunctionConcurrency, getFunctionConcurrency, putFunctionConcurrency } from "./concurrency.ts";
import * as eventInvoke from "./event-invoke-configs.ts";
import * as urls from "./function-urls.ts";
import * as functions from "./functions.ts";
import * as layerPermissions from "./layer-permissions.ts";
import * as layers from "./layers.ts";
import { addPermission, getPolicy, removePermission } from "./permissions.ts";
import * as provisioned from "./provisioned-concurrency.ts";
import * as runtimes from "./runtime-management.ts";
import { listTags, tagResource, untagResource } from "./tags.ts";
import { listVersionsByFunction, publishVersion } from "./versions.ts";

/** The operations of Lambda's control plane that exist here, by name. Those that invoke are routes of their own. */
export const operations: Readonly<Record<string, OperationHandler<never>>> = {
  CreateFunction: functions.createFunction,
  GetFunction: functions.getFunction,
  GetFunctionConfiguration: functions.getFunctionConfiguration,
  ListFunctions: functions.listFunctions,
  UpdateFunctionCode: functions.updateFunctionCode,
  UpdateFunctionConfiguration: functions.updateFunctionConfiguration,
  DeleteFunction: functions.deleteFunction,
  PublishVersion: publishVersion,
  ListVersionsByFunction: listVersionsByFunction,
  CreateAlias: createAlias,
  GetAlias: getAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
  AddPermission: addPermission,
  GetPolicy: getPolicy,
  RemovePermission: removePermission,
  ListTags: listTags,
  TagResource: tagResource,
  UntagResource: untagResource,
  PutFunctionConcurrency: putFunctionConcurrency,
  GetFunctionConcurrency: getFunctionConcurrency,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  PutProvisionedConcurrencyConfig: provisioned.putProvisionedConcurrencyConfig,
  GetProvisionedConcurrencyConfig: provisioned.getProvisionedConcurrencyConfig,
  DeleteProvisionedConcurrencyConfig: provisioned.deleteProvisionedConcurrencyConfig,
  ListProvisionedConcurrencyConfigs: provisioned.listProvisionedConcurrencyConfigs,
  PutFunctionEventInvokeConfig: eventInvoke.putFunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfig: eventInvoke.updateFunctionEventInvokeConfig,
  GetFunctionEventInvokeConfig: eventInvoke.getFunctionEventInvokeConfig,
  DeleteFunctionEventInvokeConfig: eventInvoke.deleteFunctionEventInvokeConfig,
  ListFunctionEventInvokeConfigs: eventInvoke.listFunctionEventInvokeConfigs,
  CreateFunctionUrlConfig: urls.createFunctionUrlConfig,
  GetFunctionUrlConfig: urls.getFunctionUrlConfig,
  UpdateFunctionUrlConfig: urls.updateFunctionUrlConfig,
  DeleteFunctionUrlConfig: urls.deleteFunctionUrlConfig,
  ListFunctionUrlConfigs: urls.listFunctionUrlConfigs,
  PublishLayerVersion: layers.publishLayerVersion,
  GetLayerVersion: layers.getLayerVersion,
  GetLayerVersionByArn: layers.getLayerVersionByArn,
  DeleteLayerVersion: layers.deleteLayerVersion,
  ListLayerVersions: layers.listLayerVersions,
  ListLayers: layers.listLayers,
  AddLayerVersionPermission: layerPermissions.addLayerVersionPermission,
  GetLayerVersionPolicy: layerPermissions.getLayerVersionPolicy,
  RemoveLayerVersionPermission: layerPermissions.removeLayerVersionPermission,
  CreateCodeSigningConfig: codeSigning.createCodeSigningConfig,
  GetCodeSigningConfig: codeSigning.getCodeSigningConfig,
  UpdateCodeSigningConfig: codeSigning.updateCodeSigningConfig,
  DeleteCodeSigningConfig: codeSigning.deleteCodeSigningConfig,
  ListCodeSigningConfigs: codeSigning.listCodeSigningConfigs,
  ListFunctionsByCodeSigningConfig: codeSigning.listFunctionsByCodeSigningConfig,
  PutFunctionCodeSigningConfig: codeSigning.putFunctionCodeSigningConfig,
  GetFunctionCodeSigningConfig: codeSigning.getFunctionCodeSigningConfig,
  DeleteFunctionCodeSigningConfig: codeSigning.deleteFunctionCodeSigningConfig,
  GetAccountSettings: getAccountSettings,
  PutRuntimeManagementConfig: runtimes.putRuntimeManagementConfig,
  GetRuntimeManagementConfig: runtimes.getRuntimeManagementConfig,
  PutFunctionRecursionConfig: runtimes.putFunctionRecursionConfig,
  GetFunctionRecursionConfig: runtimes.getFunctionRecursionConfig,
  // There are none: CreateEventSourceMapping is not supported.
  ListEventSourceMappings: () => ({ EventSourceMappings: [] }),
};
