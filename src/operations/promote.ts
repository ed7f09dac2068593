import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import { downloadCode } from "../deploy/download-code.ts";
import { architectureOf } from "../deploy/plan.ts";
import { getFunction, versionOf } from "../deploy/read-remote.ts";
import { parseVersionRecord } from "../deploy/record.ts";
import { BrigError } from "../errors.ts";
import { applyPlanned, describeFault } from "./apply-deploy.ts";
import { confirmDeployment, type DeployPorts } from "./confirm-deploy.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";
import { type DeployReport, describeFailure, describePlan } from "./deploy-report.ts";
import { findRunningChanges } from "./file-changes.ts";
import { parseCanary } from "./parse-canary.ts";
import { type DeployedCode, planDeployed, readDeployed } from "./plan-deploy.ts";

export interface PromoteOptions {
  readonly names: readonly string[];
  readonly from: string;
  readonly to: string;
  /** Print the plan and write nothing. */
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly canary: string | undefined;
  readonly interval: string | undefined;
  readonly noSmoke: boolean;
}

/**
 * Brings the very bytes that run in one target to another, with the other target's settings out of the repository: what
 * `brig promote` means.
 *
 * @throws BrigError `not-deployed`, `target-not-found`, `usage-invalid`, …
 */
export async function promoteFunction(
  options: PromoteOptions,
  ports: DeployPorts,
  context: Context,
): Promise<DeployReport> {
  const canary = parseCanary(options.canary, options.interval);
  const from = await findDeployedFunction(options.names, options.from, "promote", context);
  const to = await findDeployedFunction(options.names, options.to, "promote", context);
  const sessions = shareSessions(context);
  const folder = await mkdtemp(join(tmpdir(), "brig-promote-"));
  try {
    const running = await readRunning(
      from,
      await sessions.of(from.target),
      join(folder, "code.zip"),
      context,
    );
    const session = await sessions.of(to.target);
    const report = (row: DeployReport["functions"][number]): DeployReport => ({
      target: options.to,
      region: session.region,
      account: session.account,
      functions: [row],
    });
    try {
      refuseProtected(to, running, options);
      const remote = await readDeployed(to, session, context);
      const planned = await planDeployed(to, running, remote, session, options, context);
      const rows = [describePlan(to.folder.name, planned.plan, planned.desired, planned.remote)];
      const plans = report(rows[0]!);
      if (options.dryRun) return plans;
      ports.onPlan(plans);
      await confirmDeployment([planned], rows, { yes: options.yes, target: options.to }, ports);
      if (rows[0]!.error !== null) return report({ ...rows[0]!, status: "failed" });
      if (planned.plan.steps.some(({ call }) => call === "CreateFunction" || call === "UpdateFunctionCode")) {
        await running.download();
      }
      return report(await applyPlanned(planned, canary, ports.onApplied, context));
    } catch (fault) {
      const { functionName, alias } = to;
      const place = { name: to.folder.name, functionName, alias };
      return report(describeFailure(place, describeFault(fault, context.signal)));
    }
  } finally {
    sessions.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

interface RunningCode extends DeployedCode {
  /** Fetches the bytes: they are only needed where they are not yet. */
  readonly download: () => Promise<void>;
}

/** The code behind the alias of a target. @throws BrigError `not-deployed` */
async function readRunning(
  from: DeployedFunction,
  { lambda }: AwsSession,
  file: string,
  context: Context,
): Promise<RunningCode> {
  const answer = await getFunction(lambda, from.functionName, from.alias).catch((fault: unknown) => {
    throw explainMissing(from, fault);
  });
  const version = versionOf(answer.Configuration);
  const { codeSha256, configuration } = version;
  return {
    zip: {
      file,
      size: configuration["CodeSize"] as number,
      // It runs, so Lambda has found it small enough.
      unzippedSize: 0,
      sha256: Buffer.from(codeSha256, "base64").toString("hex"),
      codeSha256,
      record: parseVersionRecord(version.description),
    },
    built: {
      runtime: (configuration["Runtime"] as string | undefined) ?? null,
      architecture: architectureOf(version),
    },
    changesSince: (other) => findRunningChanges(join(from.folder.folder, "builds"), other, codeSha256),
    download: async () => {
      const location = answer.Code?.Location ?? "";
      await writeFile(file, await downloadCode(location, codeSha256, from.functionName, context.signal));
    },
  };
}

/** @throws BrigError `target-protected` */
function refuseProtected(
  { target, folder }: DeployedFunction,
  { zip }: DeployedCode,
  { noSmoke, from }: PromoteOptions,
): void {
  if (!target.settings.protected) return;
  const refuse = (why: string, hint: string): never => {
    throw new BrigError("target-protected", `${target.name} is protected, and ${why}`, hint);
  };
  if (noSmoke) refuse("takes no version without its smoke tests", "promote without --no-smoke");
  if (zip.record?.dirty === false) return;
  const what = zip.record === undefined ? "names no commit" : "was not committed";
  refuse(
    `what runs in ${from} ${what}`,
    `git commit, then: brig deploy ${folder.name} --target ${from}   # and promote again`,
  );
}
