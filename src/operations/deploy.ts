import { basename } from "node:path";
import type { BuildOutcome } from "../build/report.ts";
import type { Context } from "../context.ts";
import { type Sessions, shareSessions } from "../deploy/aws/sessions.ts";
import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { applyPlanned, describeFault } from "./apply-deploy.ts";
import { buildFunctions } from "./build.ts";
import { confirmDeployment, type DeployPorts } from "./confirm-deploy.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { type DeployReport, type DeployRow, describeFailure, describePlan } from "./deploy-report.ts";
import { type DeployedFunction, findDeployedFunctions } from "./deployed-function.ts";
import { inParallel } from "./in-parallel.ts";
import { parseCanary } from "./parse-canary.ts";
import { planDeployed, type PlannedFunction, readBuiltCode, readDeployed } from "./plan-deploy.ts";
import { checkSamePlace, checkStillPlanned, readPlan, refuseUnplanned, savePlan } from "./saved-plan.ts";
import { findSharedNames } from "./shared-names.ts";

/** Functions that are read, planned and deployed at once; AWS's limits are kept by the limiter. */
const atOnce = 32;

type Prepared = DeployedFunction & { readonly outcome: BuildOutcome };

/**
 * Builds what changed, compares with AWS, and deploys: what `brig deploy` means. One function's fault stands in its row.
 *
 * @throws BrigError `workspace-not-found`, `function-not-found`, `target-not-found`, `usage-invalid`, `config-invalid`,
 * `credentials-missing`, … before anything is written
 */
export async function deployFunctions(
  options: DeployOptions,
  ports: DeployPorts,
  context: Context,
): Promise<DeployReport> {
  const canary = parseCanary(options.canary, options.interval);
  const saved =
    options.plan === undefined ? undefined : await readPlan(options.plan, options.target, context);
  const isNamed = options.names.length > 0 || saved === undefined;
  const names = isNamed ? options.names : saved.functions.map(({ name }) => name);
  const faults: { readonly row: DeployRow; readonly fault: BrigError }[] = [];
  const functions = await findDeployedFunctions({ ...options, names }, context, ({ name }, fault) => {
    const { signal } = context;
    const place = { name, functionName: null, alias: null };
    faults.push({ row: describeFailure(place, describeFault(fault, signal)), fault });
  });
  if (functions.length === 0) throw faults[0]!.fault;
  const folders = functions.map(({ folder }) => folder.name);
  if (saved !== undefined) refuseUnplanned(saved, folders, options.plan!);
  const shared = findSharedNames(functions);
  const sessions = shareSessions(context);
  try {
    const { region, account } = await sessions.of(functions[0]!.target);
    if (saved !== undefined) checkSamePlace(saved, { region, account }, options.plan!);
    const prepared = await prepare(functions, sessions, options, context);
    const planned = [
      ...(await inParallel(prepared, atOnce, (each) => plan(each, shared, sessions, options, context))),
      ...faults,
    ];
    const report = (rows: readonly DeployRow[]): DeployReport => ({
      target: options.target,
      region,
      account,
      functions: rows,
    });
    const rows = planned.map((each) => ("row" in each ? each.row : describePlanned(each)));
    rows.forEach(({ name }, index) => {
      const row = saved?.functions.find((each) => each.name === name);
      if (row !== undefined) refuseMoved(row, rows, index);
    });
    const plans = report(rows);
    if (options.out !== undefined) await savePlan(options.out, plans, context);
    if (options.dryRun || options.out !== undefined) return plans;
    ports.onPlan(plans);
    await confirmDeployment(planned, rows, options, ports);
    const work = planned.map((each, index) => ({ each, row: rows[index]! }));
    return report(
      await inParallel(work, atOnce, async ({ each, row }) =>
        "row" in each || row.error !== null
          ? { ...row, status: "failed" as const }
          : await applyPlanned(each, canary, ports.onApplied, context),
      ),
    );
  } finally {
    sessions.dispose();
  }
}

/** Finds out who we are, then builds. */
async function prepare(
  functions: readonly DeployedFunction[],
  sessions: Sessions,
  { frozen }: DeployOptions,
  context: Context,
): Promise<readonly Prepared[]> {
  await Promise.all(functions.map(({ target }) => sessions.of(target)));
  const names = functions.map(({ folder }) => folder.folder);
  const build = { testOnly: false, noTest: false, offline: false, force: false, jobs: undefined, frozen };
  const outcomes = await buildFunctions({ ...build, names, all: false }, context);
  return functions.map((each, index) => ({ ...each, outcome: outcomes[index]! }));
}

async function plan(
  prepared: Prepared,
  shared: ReadonlyMap<FunctionFolder, BrigError>,
  sessions: Sessions,
  options: DeployOptions,
  context: Context,
): Promise<PlannedFunction | { readonly row: DeployRow }> {
  const { folder, functionName, target, outcome } = prepared;
  const place = { name: folder.name, functionName, alias: target.settings.alias };
  if (outcome.row.error !== null) {
    const text = outcome.details?.testOutput;
    if (text) context.report({ kind: "failure", subject: folder.name, text });
    return { row: describeFailure(place, outcome.row.error) };
  }
  try {
    const isShared = shared.get(folder);
    if (isShared !== undefined) throw isShared;
    refuseProtected(prepared, options);
    const code = readBuiltCode(folder, outcome.row);
    const session = await sessions.of(target);
    const remote = await readDeployed(prepared, session, context);
    return await planDeployed(prepared, code, remote, session, options, context);
  } catch (fault) {
    return { row: describeFailure(place, describeFault(fault, context.signal)) };
  }
}

/** @throws BrigError `target-protected` */
function refuseProtected({ target, outcome, folder }: Prepared, { noSmoke }: DeployOptions): void {
  if (!target.settings.protected) return;
  const { dirty, links, zip } = outcome.row;
  const refuse = (why: string, hint: string): never => {
    throw new BrigError("target-protected", `${target.name} is protected, and ${why}`, hint);
  };
  if (noSmoke) refuse("takes no version without its smoke tests", "deploy without --no-smoke");
  if (dirty === true) {
    refuse(
      `the build of ${folder.name} is not committed`,
      `git add '${folder.path}' && git commit   # then deploy again`,
    );
  }
  if (links.current !== basename(zip!)) {
    refuse(`the build of ${folder.name} is not current`, `brig build ${folder.name}`);
  }
}

function describePlanned({ of, plan: planned, desired, remote }: PlannedFunction): DeployRow {
  return describePlan(of.folder.name, planned, desired, remote);
}

function refuseMoved(saved: DeployRow, rows: DeployRow[], index: number): void {
  const now = rows[index]!;
  if (now.error !== null) return;
  try {
    checkStillPlanned(saved, now);
  } catch (fault) {
    const { code, message, hint } = fault as BrigError;
    rows[index] = { ...now, error: { code, message, hint } };
  }
}
