import type { Context } from "../context.ts";
import type { RequestContext } from "../local/route.ts";
import type { LocalService } from "../local/service.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import { freshHeader, staleHeader } from "./invoke-running.ts";
import { localPlace } from "./local-place.ts";
import type { KnownInterpreters } from "./find-languages.ts";
import { type Announcement, openAnnouncement } from "./running-service.ts";
import { type ServedFunction, type ServedPorts, serveFunction } from "./served-function.ts";
import { type ServedInvocation, startLocalService } from "./start-local-service.ts";

export interface ServeOptions {
  /** Empty: all functions of the workspace. */
  readonly names: readonly string[];
  readonly port: number;
  readonly host: string;
  /** No function of the workspace is put in. */
  readonly empty: boolean;
  readonly watch: boolean;
  /** Functions act as the user at AWS. */
  readonly withCredentials: boolean;
}

/** What `--json` prints when the service is ready. */
export interface ServeReady {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly functions: readonly { readonly name: string; readonly arn: string; readonly url: string }[];
}

export interface ServePorts extends ServedPorts {
  readonly onReady: (ready: ServeReady) => void;
  readonly onInvocations: (invocations: readonly ServedInvocation[]) => void;
  readonly onTrouble: (message: string) => void;
}

/** How often is looked for changes that nobody told of, and for new functions, in milliseconds. */
const lookEvery = 1000;

/**
 * Runs local Lambda with the functions of the workspace until `context.signal` aborts; then all has ended.
 *
 * @throws BrigError `busy` when the port is taken, `usage-invalid`, `workspace-not-found`, `function-not-found`
 */
export async function serve(options: ServeOptions, ports: ServePorts, context: Context): Promise<void> {
  const workspace = options.empty ? undefined : await findWorkspace(context);
  const folders = workspace === undefined ? [] : selectServed(workspace, options.names, context);
  const known: KnownInterpreters = new Map();
  const served = new Map<string, ServedFunction>();
  const service = await startLocalService(
    {
      port: options.port,
      host: options.host,
      known,
      withCredentials: options.withCredentials,
      onInvocations: ports.onInvocations,
      onTrouble: ports.onTrouble,
      beforeInvoke: (request) => awaitBuild(request, served),
      beforeUrl: async (urlId) => await findByUrl(served, urlId)?.settle(),
    },
    context,
  );
  let look: NodeJS.Timeout | undefined;
  let announcement: Announcement | undefined;
  const announce = async (): Promise<void> => {
    await announcement?.tell({
      endpoint: service.endpoint,
      withCredentials: options.withCredentials,
      functions: listNames(served),
    });
  };
  try {
    const { watch } = options;
    const otherOwner = (lambdaName: string, folder: FunctionFolder): FunctionFolder | undefined =>
      [...served.values()].find((each) => each.folder !== folder && each.claims(lambdaName))?.folder;
    const onServed = (name: string, url: string): void => {
      // Those of the beginning are told of together.
      if (announcement === undefined) return;
      ports.onServed(name, url);
      void announce();
    };
    const add = (folder: FunctionFolder): void => {
      served.set(
        folder.name,
        serveFunction(workspace!, folder, service, known, { ...ports, watch, otherOwner, onServed }, context),
      );
    };
    folders.forEach(add);
    await Promise.all([...served.values()].map((each) => each.settle()));
    if (context.signal.aborted) return;
    if (workspace !== undefined) announcement = await openAnnouncement(workspace.root, context);
    await announce();
    ports.onReady(describeReady(service, served));
    if (options.watch && workspace !== undefined) {
      look = setInterval(() => {
        for (const each of served.values()) void each.refresh();
        if (options.names.length === 0) void followWorkspace(served, add, service, context).catch(() => {});
      }, lookEvery);
    }
    await aborted(context.signal);
  } finally {
    clearInterval(look);
    for (const each of served.values()) each.close();
    await announcement?.withdraw();
    await service.dispose();
  }
}

function selectServed(
  workspace: Workspace,
  names: readonly string[],
  context: Context,
): readonly FunctionFolder[] {
  return selectFunctions(workspace, context.cwd, { names, all: names.length === 0 });
}

/** A request during a build is answered by the new code; brig's own looks for an edit of this very moment, too. */
async function awaitBuild(
  request: RequestContext,
  served: ReadonlyMap<string, ServedFunction>,
): Promise<void> {
  const reference = request.labels["FunctionName"] ?? "";
  const [, name] = /^(?:.*:function:|\d{12}:)?([\w-]+)(?::[^:]*)?$/.exec(reference) ?? [];
  const all = [...served.values()];
  const own = all.filter((each) => each.lambdaName() === name);
  // Only a build tells the name: whom nobody has by that name may still be under way.
  for (const each of own.length > 0 ? own : all.filter((one) => one.lambdaName() === undefined)) {
    if (request.request.headers[freshHeader] === undefined) {
      await each.settle();
      continue;
    }
    await each.refresh();
    const broken = each.broken();
    if (broken !== undefined && each.lambdaName() === name)
      request.response.setHeader(staleHeader, encodeURIComponent(`${broken.code}: ${broken.message}`));
  }
}

function findByUrl(served: ReadonlyMap<string, ServedFunction>, urlId: string): ServedFunction | undefined {
  return [...served.values()].find((each) => each.urlId() === urlId);
}

/** Functions that came into the workspace, and those that went. */
async function followWorkspace(
  served: Map<string, ServedFunction>,
  add: (folder: FunctionFolder) => void,
  service: LocalService,
  context: Context,
): Promise<void> {
  const workspace = await findWorkspace(context);
  const present = selectServed(workspace, [], context);
  for (const folder of present) if (!served.has(folder.name)) add(folder);
  for (const [name, each] of served) {
    if (present.some((folder) => folder.name === name)) continue;
    each.close();
    served.delete(name);
    const lambdaName = each.lambdaName();
    if (lambdaName !== undefined) service.removeFunction(lambdaName);
  }
}

/** Lambda's names by those of the folders. */
function listNames(served: ReadonlyMap<string, ServedFunction>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...served].flatMap(([name, each]) => {
      const lambdaName = each.lambdaName();
      return lambdaName === undefined ? [] : [[name, lambdaName]];
    }),
  );
}

function describeReady(service: LocalService, served: ReadonlyMap<string, ServedFunction>): ServeReady {
  return {
    endpoint: service.endpoint,
    ...localPlace,
    functions: [...served].flatMap(([name, each]) => {
      const [arn, urlId] = [each.arn(), each.urlId()];
      return arn === undefined || urlId === undefined ? [] : [{ name, arn, url: service.renderUrl(urlId) }];
    }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
