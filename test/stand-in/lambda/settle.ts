import type { Failure } from "../behaviour.ts";
import type { Edition, World } from "../world.ts";

type Kind = "create" | "update" | "publish";

/** A write has begun: the edition is Pending or InProgress until it has been looked at often enough. */
export function begin(world: World, edition: Edition, kind: Kind): () => void {
  const what = kind === "update" ? "update" : "state";
  const failure = takeFailure(world, kind);
  const readsLeft = world.behaviour.settleReads[kind];
  edition.settling = { what, readsLeft, failure };
  if (what === "update") {
    edition.update = "InProgress";
    edition.updateReason = { code: "Creating", reason: "The function is being created." };
  } else {
    edition.state = "Pending";
    edition.stateReason = { code: "Creating", reason: "The function is being created." };
  }
  return () => {
    if (readsLeft === 0) settle(world, edition);
  };
}

function takeFailure(world: World, kind: Kind): Failure | undefined {
  const { failures } = world.behaviour;
  const failure = failures[kind];
  delete failures[kind];
  return failure;
}

/** Somebody looks: what has been looked at often enough settles now. */
export function observe(world: World, edition: Edition): void {
  if (edition.settling !== undefined && edition.settling.readsLeft-- <= 0) settle(world, edition);
}

/** Pending and InProgress end, and with them the RevisionId that the write's answer gave. */
export function settle(world: World, edition: Edition): void {
  const { settling } = edition;
  if (settling === undefined) return;
  edition.settling = undefined;
  edition.revisionId = world.newRevision();
  if (settling.what === "update") {
    edition.update = settling.failure === undefined ? "Successful" : "Failed";
    edition.updateReason = settling.failure;
  } else {
    edition.state = settling.failure === undefined ? "Active" : "Failed";
    edition.stateReason = settling.failure;
  }
}
