import type { AwsSession } from "../deploy/aws/session.ts";
import { type Sessions, shareSessions } from "../deploy/aws/sessions.ts";
import { diffVersions } from "../deploy/diff-versions.ts";
import type { Members } from "../deploy/members.ts";
import { parseVersion, type PublishedVersion, requireAlias } from "../deploy/versions.ts";
import type { Context } from "../context.ts";
import { BrigError, type ErrorReport } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import {
  type DeployedFunction,
  explainMissing,
  findDeployedFunctions,
  isInFunction,
} from "./deployed-function.ts";

export interface StatusOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly target: string | undefined;
}

/** A row of `brig status --json`. */
export interface StatusRow {
  readonly name: string;
  /** These are `null` where the function's settings cannot be read. */
  readonly target: string | null;
  readonly functionName: string | null;
  readonly alias: string | null;
  /** Behind the alias; `null` where nothing is deployed. */
  readonly version: string | null;
  /** Shares of a canary, by version; empty without one. */
  readonly weights: Readonly<Record<string, number>>;
  /** `null` where brig did not publish the version. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  /** Milliseconds since the version was published. */
  readonly age: number | null;
  /** Where `$LATEST` differs from the version behind the alias: `CodeSha256`, `Timeout`, `Environment.Variables.TOKEN`. */
  readonly drift: readonly string[];
  readonly error: ErrorReport | null;
}

/**
 * What runs where, as AWS says: a row for each function and target.
 *
 * @throws BrigError `target-not-found`, `credentials-missing`, `credentials-expired`; what is wrong with one function stands in its row
 */
export async function readStatus(options: StatusOptions, context: Context): Promise<readonly StatusRow[]> {
  const { names, target } = options;
  const workspace = await findWorkspace(context);
  const all = options.all || (names.length === 0 && !isInFunction(workspace, context.cwd));
  const broken: StatusRow[] = [];
  const places = await findDeployedFunctions({ names, all, target }, context, ({ name }, fault) => {
    const where = { target: target ?? null, functionName: null, alias: null };
    broken.push({ name, ...where, ...nothing, error: reportOf(fault) });
  });
  const sessions = shareSessions(context);
  try {
    const rows = await Promise.all(places.map((place) => readRow(place, sessions, context)));
    return [...rows, ...broken];
  } finally {
    sessions.dispose();
  }
}

async function readRow(place: DeployedFunction, sessions: Sessions, context: Context): Promise<StatusRow> {
  const { folder, target, functionName, alias } = place;
  const row = { name: folder.name, target: target.name, functionName, alias, ...nothing };
  try {
    const session = await sessions.of(target);
    const { weights, live, latest } = await readRemote(session, place);
    const { version, commit, dirty, created } = live;
    const age = context.now().getTime() - Date.parse(created);
    return { ...row, version, weights, commit, dirty, age, drift: findDrift(live, latest) };
  } catch (fault) {
    // Without credentials nothing can be said of any function.
    if (!(fault instanceof BrigError) || fault.code.startsWith("credentials")) throw fault;
    if (fault.code === "not-deployed") return row;
    if (fault.code === "interrupted") throw fault;
    return { ...row, error: reportOf(fault) };
  }
}

function reportOf({ code, message, hint }: BrigError): ErrorReport {
  return { code, message, hint };
}

const nothing = {
  version: null,
  weights: {},
  commit: null,
  dirty: null,
  age: null,
  drift: [],
  error: null,
} as const;

interface RemoteState {
  readonly weights: Readonly<Record<string, number>>;
  readonly live: PublishedVersion;
  readonly latest: PublishedVersion;
}

/** Versions are read by GetFunction, of which AWS allows far more calls than of all others. */
async function readRemote({ lambda }: AwsSession, place: DeployedFunction): Promise<RemoteState> {
  const { functionName } = place;
  try {
    const [alias, latest] = await Promise.all([
      requireAlias(lambda, functionName, place.alias),
      lambda.call("GetFunction", { FunctionName: functionName }),
    ]);
    const live = await lambda.call("GetFunction", { FunctionName: functionName, Qualifier: alias.version });
    return {
      weights: alias.weights,
      live: parseVersion(live["Configuration"] as Members),
      latest: parseVersion(latest["Configuration"] as Members),
    };
  } catch (fault) {
    throw explainMissing(place, fault);
  }
}

function findDrift(live: PublishedVersion, latest: PublishedVersion): readonly string[] {
  const code = live.codeSha256 === latest.codeSha256 ? [] : ["CodeSha256"];
  return [...code, ...diffVersions(live.configuration, latest.configuration).map(({ path }) => path)];
}
