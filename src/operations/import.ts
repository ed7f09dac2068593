import { join } from "node:path";
import type { Context } from "../context.ts";
import { isNotFound } from "../deploy/aws/aws-error.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import { downloadCode } from "../deploy/download-code.ts";
import { type AwsFunction, parseAwsFunction } from "../deploy/import/parse-aws-function.ts";
import type { Members } from "../deploy/members.ts";
import { BrigError } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { refuseName } from "../workspace/new-files.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { refuseTaken } from "../workspace/refuse-taken.ts";
import { aliasPattern } from "../workspace/settings-schema.ts";
import { makeFolder } from "./import-folder.ts";
import { describeImported, findImportDrift } from "./import-settings.ts";

export interface ImportOptions {
  /** A name or an ARN, perhaps with a version or an alias. */
  readonly awsFunction: string;
  /** The folder's name, or `api/name`; default: Lambda's name of it. */
  readonly name: string | undefined;
  readonly target: string;
}

/** What `brig import --json` prints. */
export interface ImportedFunction {
  readonly name: string;
  /** Relative to the workspace's root. */
  readonly path: string;
  readonly functionName: string;
  readonly target: string;
  readonly region: string;
  readonly version: string;
  readonly runtime: string | null;
  /** Relative to the function's folder: those at its top. */
  readonly files: readonly string[];
  /** Lines of requirements.txt. */
  readonly requirements: readonly string[];
  /** Environment variables whose values brig.yaml takes from brig's own environment. */
  readonly hidden: readonly string[];
  readonly notes: readonly string[];
}

interface FunctionAnswer extends Members {
  readonly Configuration: Members;
  readonly Code: { readonly Location?: string };
}

/**
 * Brings a function of AWS into the workspace: its code without its dependencies, these as requirements.txt and lock, its
 * configuration as brig.yaml. A folder that is there is never touched; where something fails, nothing is left behind.
 *
 * @throws BrigError `already-exists`, `not-deployed` when AWS has no such function, `usage-invalid`, …
 */
export async function importFunction(options: ImportOptions, context: Context): Promise<ImportedFunction> {
  const asked = parseAwsFunction(options.awsFunction);
  refuseTarget(options);
  const workspace = await findWorkspace(context);
  const folder = placeFolder(workspace, options.name ?? asked.name, options);
  const above = readSettings(workspace, folder);
  const target = above.targets[options.target];
  const region = target?.region ?? asked.region;
  const account = target?.account ?? asked.account;
  const sessions = shareSessions(context);
  try {
    const session = await sessions.of({ name: options.target, settings: { region, account } });
    const answer = await readFunction(session, asked);
    refuseImage(asked.name, answer.Configuration);
    const described = await describeImported({ asked, target: options.target, above, answer }, session);
    const version = String(answer.Configuration["Version"]);
    const zip = {
      archive: `${asked.name} version ${version}`,
      bytes: await downloadCode(
        answer.Code.Location ?? "",
        String(answer.Configuration["CodeSha256"]),
        asked.name,
        context.signal,
      ),
    };
    const made = await makeFolder(workspace, folder, described.text, zip, context);
    const settings = readSettings(workspace, folder);
    const drift = findImportDrift(settings, options.target, answer.Configuration, context.env);
    return {
      name: folder.name,
      path: folder.path,
      functionName: asked.name,
      target: options.target,
      region: session.region,
      version,
      runtime: (answer.Configuration["Runtime"] as string | undefined) ?? null,
      ...made,
      hidden: described.hidden,
      notes: [...described.notes, ...drift, ...made.notes],
    };
  } finally {
    sessions.dispose();
  }
}

/** It becomes a key of brig.yaml. @throws BrigError `usage-invalid` */
function refuseTarget({ awsFunction, target }: ImportOptions): void {
  if (aliasPattern.test(target)) return;
  throw new BrigError(
    "usage-invalid",
    `"${target}" cannot be the name of a target: it must be letters, digits, - and _, and not digits alone`,
    `brig import ${awsFunction} --target prod`,
  );
}

/** @throws BrigError `already-exists`, `usage-invalid` for a name that cannot be a folder of the workspace */
function placeFolder(workspace: Workspace, name: string, options: ImportOptions): FunctionFolder {
  const hint = (better: string): string =>
    `brig import ${options.awsFunction} --target ${options.target} --name ${better}`;
  const [first = "", second, ...more] = name.split("/");
  if (more.length > 0) {
    throw new BrigError("usage-invalid", `"${name}" is no name of a function`, hint("orders/ingest"));
  }
  const api = second === undefined ? null : first;
  refuseName("function", second ?? first, hint);
  if (api !== null) refuseName("API", api, hint);
  const path = api === null ? `functions/${first}` : `apis/${api}/functions/${second}`;
  const folder = join(workspace.root, path);
  refuseTaken(workspace.root, path, { takesEmpty: false, hint: hint(`${name}-2`) });
  return { name, api, folder, path };
}

async function readFunction({ lambda, region }: AwsSession, asked: AwsFunction): Promise<FunctionAnswer> {
  const { name, qualifier } = asked;
  try {
    return await lambda.call<FunctionAnswer>("GetFunction", {
      FunctionName: name,
      ...(qualifier !== undefined && { Qualifier: qualifier }),
    });
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    const shown = qualifier === undefined ? name : `${name}:${qualifier}`;
    const hint = `aws lambda list-functions --region ${region} --query 'Functions[].FunctionName'`;
    throw new BrigError("not-deployed", `AWS has no function ${shown} in ${region}`, hint, { cause });
  }
}

function refuseImage(name: string, configuration: Members): void {
  if (configuration["PackageType"] !== "Image") return;
  throw new BrigError(
    "config-invalid",
    `${name} is a container image, and brig works with zips`,
    `aws lambda get-function --function-name ${name} --query Code.ImageUri`,
  );
}
