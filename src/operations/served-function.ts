import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { AwsFault } from "../local/aws-fault.ts";
import type { LocalService } from "../local/service.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import { checkCompiles } from "./check-compiles.ts";
import { describeCode } from "./describe-code.ts";
import type { KnownInterpreters } from "./find-languages.ts";
import { readyFunction } from "./ready-function.ts";
import { type FolderWatch, watchFolder } from "./watch-folder.ts";

/** A function of the workspace in `brig serve`. */
export interface ServedFunction {
  readonly folder: FunctionFolder;
  /** Lambda's name; `undefined` as long as no build succeeded. */
  readonly lambdaName: () => string | undefined;
  /** Whether the name is taken by this folder, also while its function is being made. */
  readonly claims: (name: string) => boolean;
  /** Why the code that runs, if any, is not that of the files. */
  readonly broken: () => BrigError | undefined;
  readonly arn: () => string | undefined;
  readonly urlId: () => string | undefined;
  /** Builds and updates the function if it changed; settles when all that was under way is done. */
  readonly refresh: () => Promise<void>;
  /** Waits for a build that is under way or due. */
  readonly settle: () => Promise<void>;
  readonly close: () => void;
}

export interface ServedPorts {
  /** The function can be invoked for the first time. */
  readonly onServed: (name: string, url: string) => void;
  /** The function has new code or settings. */
  readonly onUpdate: (name: string, milliseconds: number) => void;
  /** @param first there is no older code that goes on running */
  readonly onBroken: (name: string, fault: BrigError, first: boolean) => void;
}

/** Milliseconds between the first word of a change and its build: editors write in several steps. */
const patience = 15;

/** Keeps one function of the workspace in the service as its files are; the first build begins at once. */
export function serveFunction(
  workspace: Workspace,
  folder: FunctionFolder,
  service: LocalService,
  known: KnownInterpreters,
  options: ServedPorts & {
    readonly watch: boolean;
    /** Another folder whose function has this name. */
    readonly otherOwner: (lambdaName: string, folder: FunctionFolder) => FunctionFolder | undefined;
  },
  context: Context,
): ServedFunction {
  let present:
    | { readonly name: string; readonly arn: string; readonly urlId: string | undefined }
    | undefined;
  /** The tree whose code runs, if that is known. */
  let running: StagedTree | undefined;
  let broken: BrigError | undefined;
  /** Functions are built beside each other: who comes first has the name. */
  let claimed: string | undefined;
  let building: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const isOver = (): boolean => closed || context.signal.aborted;

  const build = async (): Promise<void> => {
    const began = performance.now();
    try {
      const { put, row, settled, inputs } = await readyFunction(folder, context);
      watched?.follow(inputs);
      const code = await describeCode(workspace, folder, row);
      if (settled.interpreter !== undefined) known.set(settled.interpreter.minor, settled.interpreter);
      const tree = "build" in code ? code.build.tree : undefined;
      if (running !== undefined && tree !== undefined && settled.interpreter !== undefined)
        await checkCompiles(tree, running, settled.interpreter, context);
      const other = options.otherOwner(put.name, folder);
      if (other !== undefined) throw nameTaken(put.name, folder, other);
      claimed = put.name;
      const result = await service.putFunction({ ...put, code, copyTwin: true, withUrl: true });
      if (present !== undefined && present.name !== put.name) service.removeFunction(present.name);
      running = tree;
      broken = undefined;
      const isFirst = present === undefined;
      present = { name: put.name, arn: result.arn, urlId: result.urlId };
      for (const layer of result.missingLayers) {
        const text = `the layer ${layer} is not here: the function runs without it`;
        context.report({ kind: "note", subject: folder.name, text });
      }
      if (isFirst) options.onServed(folder.name, service.renderUrl(result.urlId!));
      else if (result.changed) options.onUpdate(folder.name, performance.now() - began);
    } catch (cause) {
      // A folder that was removed is no function any more: whoever follows the workspace takes it out.
      if (isOver() || !existsSync(folder.folder)) return;
      broken = faultOf(cause, folder);
      options.onBroken(folder.name, broken, present === undefined);
    }
  };

  const watched: FolderWatch | undefined = options.watch
    ? watchFolder(folder.folder, settingsAbove(workspace, folder), () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          void refresh();
        }, patience);
      })
    : undefined;

  const buildUntilQuiet = async (): Promise<void> => {
    do {
      watched?.accept();
      await build();
    } while (!isOver() && watched?.isChanged());
  };
  const start = (): Promise<void> => {
    building ??= buildUntilQuiet().finally(() => {
      building = undefined;
    });
    return building;
  };
  const refresh = async (): Promise<void> => {
    if (building !== undefined) return building;
    if (!closed && watched?.isChanged()) await start();
  };
  void start();

  return {
    folder,
    lambdaName: () => present?.name,
    broken: () => broken,
    claims: (name) => claimed === name,
    arn: () => present?.arn,
    urlId: () => present?.urlId,
    refresh,
    settle: async () => {
      if (timer !== undefined) await refresh();
      else await building;
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      watched?.close();
    },
  };
}

function nameTaken(name: string, folder: FunctionFolder, other: FunctionFolder): BrigError {
  return new BrigError(
    "config-invalid",
    `${folder.path} and ${other.path} are both the Lambda function ${name}`,
    `in ${folder.path}/brig.yaml: function: {FunctionName: ${name}-2}`,
  );
}

function settingsAbove(workspace: Workspace, { api }: FunctionFolder): readonly string[] {
  const folders = [workspace.root, ...(api === null ? [] : [join(workspace.root, "apis", api)])];
  return folders.map((folder) => join(folder, "brig.yaml"));
}

function faultOf(cause: unknown, folder: FunctionFolder): BrigError {
  if (cause instanceof BrigError) return cause;
  if (cause instanceof AwsFault)
    return new BrigError("config-invalid", cause.message, `look at ${folder.path}/brig.yaml`, { cause });
  throw cause;
}
