import { request } from "node:http";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { readSettings } from "../workspace/read-settings.ts";
import type { LogPage, LogSource } from "./log-source.ts";
import { findRunningService, type RunningService } from "./running-service.ts";

/**
 * What a function wrote in a running `brig serve` of the workspace.
 *
 * @throws BrigError `usage-invalid` when no service runs that has the function
 */
export async function openServedLog(
  workspace: Workspace,
  folder: FunctionFolder,
  context: Context,
): Promise<LogSource> {
  const service = await findRunningService(workspace.root, folder.name, context);
  if (service === undefined) {
    throw new BrigError(
      "usage-invalid",
      `no brig serve of this workspace runs ${folder.name}, and local logs are kept only as long as one does`,
      "brig serve",
    );
  }
  const { LoggingConfig } = readSettings(workspace, folder).function as {
    readonly LoggingConfig?: { readonly LogGroup?: string };
  };
  const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${service.functions[folder.name]}`;
  return {
    ask: (question) => ask(service, { logGroupName, ...question }, context.signal),
    askEvery: 250,
    lag: 0,
    dispose: () => {},
  };
}

/** One page of FilterLogEvents; `undefined` of a group that nothing was written to yet, or when interrupted. */
async function ask(
  service: RunningService,
  input: object,
  signal: AbortSignal,
): Promise<LogPage | undefined> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Logs_20140328.FilterLogEvents",
  };
  const url = `${service.endpoint}/`;
  try {
    const { status, text } = await post(url, headers, JSON.stringify(input), signal);
    if (status === 200) return JSON.parse(text) as LogPage;
    const { __type: type, message } = JSON.parse(text) as {
      readonly __type?: string;
      readonly message?: string;
    };
    if (type === "ResourceNotFoundException") return undefined;
    throw new BrigError("usage-invalid", message ?? text, "brig logs --help");
  } catch (cause) {
    if (cause instanceof BrigError) throw cause;
    if (signal.aborted) return undefined;
    throw new BrigError("usage-invalid", `brig serve at ${service.endpoint} has ended`, "brig serve", {
      cause,
    });
  }
}

function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, signal, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
