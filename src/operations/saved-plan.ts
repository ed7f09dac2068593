import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Context } from "../context.ts";
import { isMembers } from "../deploy/members.ts";
import { BrigError } from "../errors.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import type { DeployReport, DeployRow } from "./deploy-report.ts";

/**
 * Writes a plan to be applied later; no value of an environment variable is in it.
 *
 * @throws BrigError `usage-invalid` for a place where it cannot be written
 */
export async function savePlan(file: string, report: DeployReport, context: Context): Promise<void> {
  try {
    await writeFileAtomic(placeOf(file, context), `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    if (!["EACCES", "EISDIR", "ENOTDIR", "EPERM", "EROFS"].includes(code)) throw cause;
    throw new BrigError(
      "usage-invalid",
      `the plan cannot be saved in ${file}: ${message}`,
      "--out plan.json",
      {
        cause,
      },
    );
  }
}

/** @throws BrigError `usage-invalid` for what is no plan, or one for another target */
export async function readPlan(file: string, target: string, context: Context): Promise<DeployReport> {
  let report: Partial<DeployReport>;
  try {
    report = JSON.parse(await readFile(placeOf(file, context), "utf8")) as Partial<DeployReport>;
    if (!isListOfRows(report.functions)) throw new Error("it lists no functions");
  } catch (cause) {
    throw new BrigError(
      "usage-invalid",
      `${file} is no plan: ${(cause as Error).message}`,
      `brig deploy --target ${target} --out ${file}`,
      { cause },
    );
  }
  if (report.target !== target) {
    throw new BrigError(
      "usage-invalid",
      `${file} is a plan for the target ${String(report.target)}, not for ${target}`,
      `brig deploy --target ${String(report.target)} --plan ${file}`,
    );
  }
  return report as DeployReport;
}

/** Without a name in each row, and at least one row, it would mean other functions than those that were planned. */
function isListOfRows(rows: unknown): boolean {
  if (!Array.isArray(rows) || rows.length === 0) return false;
  return rows.every((row: unknown) => isMembers(row) && typeof row["name"] === "string");
}

/** @throws BrigError `usage-invalid` for a function that was named and is not in the plan */
export function refuseUnplanned(saved: DeployReport, names: readonly string[], file: string): void {
  const planned = saved.functions.map(({ name }) => name);
  const other = names.find((name) => !planned.includes(name));
  if (other === undefined) return;
  throw new BrigError("usage-invalid", `${file} has no plan for ${other}`, `it has: ${planned.join(", ")}`);
}

/**
 * A plan holds for the account and region that it was made in: a function that is to be created is new in each of them.
 *
 * @throws BrigError `conflict` naming both
 */
export function checkSamePlace(
  saved: DeployReport,
  now: Pick<DeployReport, "account" | "region">,
  file: string,
): void {
  if (saved.account === now.account && saved.region === now.region) return;
  throw new BrigError(
    "conflict",
    `${file} is a plan for account ${saved.account} in ${saved.region}, and this would be account ${now.account} in ${now.region}`,
    "use credentials of that account, or make a new plan: brig deploy --out FILE",
  );
}

/**
 * Whether a saved plan still is the plan: the same code and steps, for a function that nobody changed since.
 *
 * @throws BrigError `conflict`
 */
export function checkStillPlanned(saved: DeployRow, now: DeployRow): void {
  const gist = ({ functionName, codeSha256, steps, revisions, alias }: DeployRow): unknown =>
    JSON.parse(JSON.stringify({ functionName, codeSha256, steps, revisions, alias }));
  if (isDeepStrictEqual(gist(saved), gist(now))) return;
  const why =
    saved.codeSha256 !== now.codeSha256
      ? `its code is ${String(now.codeSha256)} and was planned as ${String(saved.codeSha256)}`
      : isDeepStrictEqual(saved.revisions, now.revisions)
        ? "its settings are others than those that were planned"
        : "the function moved on AWS since";
  throw new BrigError(
    "conflict",
    `the plan for ${saved.name} no longer holds: ${why}`,
    "make a new plan: brig deploy --out FILE",
  );
}

function placeOf(file: string, context: Context): string {
  return isAbsolute(file) ? file : join(context.cwd, file);
}
