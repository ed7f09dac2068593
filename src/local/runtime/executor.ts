import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { BrigError } from "../../errors.ts";
import {
  TooManyRequests,
  type Executor,
  type InvokeInput,
  type InvokeOutcome,
  type LogSink,
  type RunnableVersion,
} from "../contract.ts";
import { Environment } from "./environment.ts";
import { dummyCredentials, type Credentials } from "./environment-variables.ts";
import { createInvocationLog } from "./invocation-log.ts";
import { prepareLaunch, type Languages } from "./language.ts";
import { selectEnvironment, selectStale } from "./pool.ts";
import { createPathRewriter } from "./shown-paths.ts";
import { killStrays } from "./strays.ts";
import { startWorker } from "./start-worker.ts";
import { createWatchdog } from "./watchdog.ts";
import { makeWorkFolder } from "./work-folder.ts";

export interface ExecutorOptions extends Languages {
  /** The system's folder for temporary files: the executor makes one of its own in it. */
  readonly temporaryFolder: string;
  /** Where the bootstraps are kept between runs, so that Python starts from bytecode; must change with brig's version. */
  readonly programFolder?: string;
  readonly logSink: LogSink;
  readonly now: () => Date;
  /** What functions act as at AWS, asked for each environment; stand-ins that AWS refuses when not given. */
  readonly credentials?: () => Promise<Credentials>;
  /** The most environments of one version at a time, 10 when not given; more invocations wait. */
  readonly limit?: number;
  /** Milliseconds after which an environment without work is stopped, 10 minutes when not given. */
  readonly idleTime?: number;
  /** Milliseconds that init may take, 10,000 when not given. */
  readonly initTime?: number;
}

interface Pool {
  readonly version: RunnableVersion;
  /** The one used last comes last. */
  readonly idle: Environment[];
  readonly live: Set<Environment>;
  readonly waiting: { resolve: (environment: Environment) => void; reject: (reason: unknown) => void }[];
  /** Environments under way that are not in `live` yet, and those that end. */
  starting: number;
  stopping: number;
  retired: boolean;
  /** Called when a retired pool has no environment any more. */
  readonly onGone: (() => void)[];
}

/** Runs versions in pools of environments; see {@link Executor}. */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const folder = await makeWorkFolder(options.temporaryFolder, process.pid);
  const watchdog = createWatchdog(folder);
  const pools = new Map<string, Pool>();
  const retired = new Set<Pool>();
  const retiredKeys = new Set<string>();
  const running = new Map<string, number>();
  const limit = options.limit ?? 10;
  let environments = 0;
  let disposed = false;

  const makeEnvironment = async (version: RunnableVersion): Promise<Environment> => {
    const launch = await prepareLaunch(version, options, options.programFolder ?? join(folder, "runtime"));
    const temporaryFolder = join(folder, `tmp-${++environments}`);
    await mkdir(temporaryFolder);
    const paths = createPathRewriter([
      { folder: version.codeFolder, shown: "/var/task" },
      ...(version.handlerTwinFolder ? [{ folder: version.handlerTwinFolder, shown: "/var/task" }] : []),
      ...(version.layerFolder ? [{ folder: version.layerFolder, shown: "/opt" }] : []),
      ...launch.shown,
    ]);
    const logStream = nameLogStream(version, options.now());
    const log = createInvocationLog(options.logSink, options.now, version.logging.group, logStream);
    const output = { onLog: (message: string) => log.write(paths.text(message)) };
    const credentials = (await options.credentials?.()) ?? dummyCredentials;
    return new Environment({
      version,
      log,
      paths,
      now: options.now,
      initTime: options.initTime ?? 10_000,
      temporaryFolder,
      startWorker: async () => {
        if (disposed) throw new BrigError("interrupted", `${version.functionName} was stopped`);
        if (version.handlerTwinFolder !== undefined)
          log.write("The zip is for another system: this runs with the same packages made for this one.\n");
        const place = { temporaryFolder, logStream, credentials, now: options.now, output };
        const worker = await startWorker(version, launch, place);
        for (const group of [worker.pid, ...(worker.otherGroups ?? [])]) {
          if (group === 0) continue;
          watchdog.add(group);
          void worker.exited.then(() => watchdog.end(group));
        }
        if (disposed) worker.kill();
        return worker;
      },
    });
  };

  const poolOf = (version: RunnableVersion): Pool => {
    let pool = pools.get(version.key);
    if (pool === undefined) {
      // Of an old version, an invocation that was on its way here still gets its answer.
      const isLate = retiredKeys.has(version.key);
      pool = {
        version,
        idle: [],
        live: new Set(),
        waiting: [],
        starting: 0,
        stopping: 0,
        retired: isLate,
        onGone: [],
      };
      if (isLate) retired.add(pool);
      else pools.set(version.key, pool);
    }
    return pool;
  };

  const stop = async (pool: Pool, environment: Environment): Promise<void> => {
    pool.live.delete(environment);
    pool.stopping++;
    await environment.dispose();
    killStrays(environment.temporaryFolder);
    await rm(environment.temporaryFolder, { recursive: true, force: true });
    pool.stopping--;
    dismiss(pool);
  };

  /** Forgets a retired pool that has nothing left. */
  const dismiss = (pool: Pool): void => {
    if (!pool.retired || pool.live.size + pool.starting + pool.stopping > 0) return;
    retired.delete(pool);
    for (const tell of pool.onGone.splice(0)) tell();
  };

  const take = async (pool: Pool, decision: "reuse" | "start" | "wait"): Promise<Environment> => {
    if (decision === "reuse") return pool.idle.pop()!;
    if (decision === "wait") return new Promise((resolve, reject) => pool.waiting.push({ resolve, reject }));
    pool.starting++;
    try {
      const environment = await makeEnvironment(pool.version);
      pool.live.add(environment);
      return environment;
    } catch (error) {
      // Without any environment nobody would ever come back to those who wait.
      if (pool.live.size === 0 && pool.starting === 1)
        for (const { reject } of pool.waiting.splice(0)) reject(error);
      throw error;
    } finally {
      pool.starting--;
      dismiss(pool);
    }
  };

  const give = (pool: Pool, environment: Environment): void => {
    const next = pool.waiting.shift();
    if (next) return next.resolve(environment);
    if (pool.retired || disposed) return void stop(pool, environment);
    environment.idleSince = performance.now();
    pool.idle.push(environment);
  };

  const stopStale = (): void => {
    for (const pool of pools.values())
      for (const environment of selectStale(pool.idle, performance.now(), options.idleTime ?? 600_000)) {
        pool.idle.splice(pool.idle.indexOf(environment), 1);
        void stop(pool, environment);
      }
  };
  const timer = setInterval(stopStale, Math.min(30_000, options.idleTime ?? 30_000)).unref();

  return {
    invoke: async (version: RunnableVersion, input: InvokeInput): Promise<InvokeOutcome> => {
      const pool = poolOf(version);
      const count = running.get(version.arn) ?? 0;
      const decision = selectEnvironment({
        idle: pool.idle.length,
        live: pool.live.size + pool.starting,
        running: count,
        reserved: version.reservedConcurrency,
        limit,
      });
      if (decision === "refuse")
        throw new TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded");
      running.set(version.arn, count + 1);
      try {
        const environment = await take(pool, decision);
        try {
          return await environment.invoke(input);
        } finally {
          give(pool, environment);
        }
      } finally {
        const rest = running.get(version.arn)! - 1;
        if (rest === 0) running.delete(version.arn);
        else running.set(version.arn, rest);
      }
    },
    retire: (key) => {
      retiredKeys.add(key);
      const pool = pools.get(key);
      if (pool === undefined) return Promise.resolve();
      pools.delete(key);
      retired.add(pool);
      pool.retired = true;
      return new Promise((resolve) => {
        pool.onGone.push(resolve);
        for (const environment of pool.idle.splice(0)) void stop(pool, environment);
        dismiss(pool);
      });
    },
    dispose: async () => {
      disposed = true;
      clearInterval(timer);
      const all = [...pools.values(), ...retired];
      await Promise.all(all.flatMap((pool) => [...pool.live].map((environment) => stop(pool, environment))));
      await watchdog.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** `2026/11/24/[$LATEST]` and 32 hexadecimal digits. */
function nameLogStream(version: RunnableVersion, time: Date): string {
  const day = time.toISOString().slice(0, 10).replaceAll("-", "/");
  return `${day}/[${version.version}]${randomUUID().replaceAll("-", "")}`;
}
