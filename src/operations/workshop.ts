import type { Context } from "../context.ts";
import type { IndexSettings } from "../python/index-settings.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { isOffline } from "../python/offline.ts";
import type { Uv } from "../python/uv.ts";
import { openStore, type Store } from "../store/store-directory.ts";
import type { Workspace } from "../workspace/function-folder.ts";
import type { Repository } from "../workspace/git.ts";
import type { Warning } from "../errors.ts";

/**
 * What the functions of one command share: each part is found out once, and only when it is asked for. What finds it out
 * is loaded then, too: most builds need none of it.
 */
export interface Workshop {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly offline: boolean;
  readonly jobs: number;
  readonly interpreters: () => Promise<readonly Interpreter[]>;
  readonly repository: () => Promise<{
    readonly repository: Repository | null;
    readonly warnings: readonly Warning[];
  }>;
  /** Where packages come from, for the function in this folder. */
  readonly indexes: (folder: string) => Promise<IndexSettings>;
  readonly uv: (settings: IndexSettings) => Promise<Uv>;
  /** The newest interpreter of exactly this minor version, installed by uv where there is none and uv can. */
  readonly requireInterpreter: (minor: string) => Promise<Interpreter>;
  /** By a function's folder: takes back the lock that was just written for a build, if that is interrupted. */
  readonly takeBacks: Map<string, () => Promise<void>>;
}

export async function openWorkshop(
  workspace: Workspace,
  options: { readonly offline: boolean; readonly jobs: number },
  context: Context,
): Promise<Workshop> {
  const store = await openStore(context);
  const offline = options.offline || isOffline(context.env);
  const indexes = async (folder: string): Promise<IndexSettings> => {
    const { readIndexSettings } = await import("../python/read-index-settings.ts");
    return readIndexSettings(folder, context);
  };
  const uv = async (settings: IndexSettings): Promise<Uv> => {
    const [{ openHttp }, { findUv }] = await Promise.all([
      import("../python/http.ts"),
      import("../python/uv.ts"),
    ]);
    const http = openHttp(settings, context, { offline });
    try {
      return await findUv({ store, settings, http }, context);
    } finally {
      await http.close();
    }
  };
  const installPython = async (minor: string): Promise<void> => {
    if (offline) throw new Error("nothing may be fetched");
    const settings = await indexes(workspace.root);
    const [{ uvEnvironment }, { runProgram }] = await Promise.all([
      import("../python/uv-environment.ts"),
      import("../run-program.ts"),
    ]);
    context.report({
      kind: "note",
      subject: null,
      text: `no Python ${minor} is here: asking uv to install one`,
    });
    const { status, stderr } = await runProgram((await uv(settings)).file, ["python", "install", minor], {
      cwd: workspace.root,
      env: { ...uvEnvironment(settings, context), UV_PYTHON_DOWNLOADS: "manual" },
      signal: context.signal,
    });
    if (status !== 0) throw new Error(stderr);
  };
  return {
    workspace,
    store,
    offline,
    jobs: options.jobs,
    interpreters: async () => (await import("../python/interpreters.ts")).findInterpreters(context, store),
    repository: once(async () =>
      (await import("../workspace/git.ts")).readRepository(workspace.root, context),
    ),
    indexes,
    uv,
    requireInterpreter: async (minor) => {
      const { requireInterpreter } = await import("../python/interpreters.ts");
      return await requireInterpreter(minor, context, store, () => installPython(minor));
    },
    takeBacks: new Map(),
  };
}

function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => (made ??= make());
}
