import { conflict, invalidParameter } from "../../../src/local/aws-fault.ts";
import type { Edition, FunctionState, World } from "../world.ts";
import { describe } from "./describe.ts";
import { type LambdaHandler, findFunction, guard, paginate, refuseWhileUnsettled } from "./request.ts";
import { begin } from "./settle.ts";

/**
 * A version of what `$LATEST` is now, or the one that was published last when nothing has changed since, whatever the
 * description. It changes the RevisionId of `$LATEST`, too.
 */
export function publish(world: World, owner: FunctionState, description: unknown): Edition {
  const { latest } = owner;
  const content = JSON.stringify([sorted(latest.config), latest.code.sha256]);
  const last = owner.versions.get(owner.published?.version ?? "");
  if (last !== undefined && owner.published?.content === content) return last;
  const version = String(owner.nextVersion++);
  const edition: Edition = {
    version,
    config: {
      ...latest.config,
      ...(typeof description === "string" && description !== "" && { Description: description }),
    },
    code: latest.code,
    revisionId: world.newRevision(),
    lastModified: world.now(),
    state: "Active",
    stateReason: undefined,
    update: "Successful",
    updateReason: undefined,
    settling: undefined,
    passed: new Set(),
    failed: new Set(),
  };
  owner.versions.set(version, edition);
  owner.published = { version, content };
  latest.revisionId = world.newRevision();
  return edition;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

const publishVersion: LambdaHandler = (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  const { latest } = owner;
  guard(input["RevisionId"], latest.revisionId, "GetFunction");
  const asked = input["CodeSha256"];
  if (asked !== undefined && asked !== "" && asked !== latest.code.sha256) {
    throw invalidParameter(
      `CodeSHA256 (${JSON.stringify(asked)}) is different from current CodeSHA256 in $LATEST (${latest.code.sha256}). ` +
        "Please try again with the CodeSHA256 in $LATEST.",
    );
  }
  refuseWhileUnsettled(owner);
  if (latest.state === "Failed") {
    throw conflict(
      "The operation cannot be performed at this time. The function is currently in the following state: Failed",
    );
  }
  const before = owner.versions.size;
  const edition = publish(world, owner, input["Description"]);
  const { publish: reads } = world.behaviour.settleReads;
  const isNew = owner.versions.size > before;
  const settles = isNew && (reads > 0 || world.behaviour.failures.publish !== undefined);
  const afterwards = settles ? begin(world, edition, "publish") : undefined;
  return {
    status: 201,
    body: describe(world, owner, edition, edition.version),
    ...(afterwards && { afterwards }),
  };
};

const listVersionsByFunction: LambdaHandler = (request) => {
  const { world } = request;
  const owner = findFunction(request);
  const all = [owner.latest, ...owner.versions.values()];
  const { page, ...marker } = paginate(request, all);
  return {
    body: {
      Versions: page.map((edition) => describe(world, owner, edition, edition.version, "listed")),
      ...marker,
    },
  };
};

export const versionHandlers: Readonly<Record<string, LambdaHandler>> = {
  PublishVersion: publishVersion,
  ListVersionsByFunction: listVersionsByFunction,
};
