import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { AwsFault } from "../local/aws-fault.ts";
import type { PutFunction } from "../local/put-function.ts";
import { dummyCredentials } from "../local/runtime/environment-variables.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { localPlace } from "./local-place.ts";
import { knowOnly } from "./find-languages.ts";
import { startLocalService } from "./start-local-service.ts";

/** Local Lambda with one function in it, for the time of its tests. */
export interface TestService {
  /** What tests see; `undefined` takes a variable away. */
  readonly variables: Context["env"];
  /** What the function has logged so far. */
  readonly logs: () => string;
  readonly dispose: () => Promise<void>;
}

/**
 * Starts local Lambda on a free port, with a function and a URL for it. The variables lead AWS's clients to it, and away
 * from whatever the user's own settings lead to: with `test.local`, no test acts in the user's name by mistake.
 *
 * @throws BrigError `config-invalid` for settings that Lambda refuses
 */
export async function startTestService(
  put: PutFunction,
  interpreter: Interpreter | undefined,
  context: Context,
): Promise<TestService> {
  let logs = "";
  const service = await startLocalService(
    {
      port: 0,
      host: "127.0.0.1",
      known: knowOnly(interpreter),
      withCredentials: false,
      onInvocations: (invocations) => {
        for (const invocation of invocations) logs += invocation.logs;
      },
      onTrouble: (message) => {
        logs += `${message}\n`;
      },
    },
    context,
  );
  try {
    await service.putFunction({ ...put, withUrl: true });
  } catch (cause) {
    await service.dispose();
    if (!(cause instanceof AwsFault)) throw cause;
    throw new BrigError("config-invalid", cause.message, "look at its brig.yaml", { cause });
  }
  return {
    variables: testVariables(service.endpoint, put.name, context.env),
    logs: () => logs,
    dispose: service.dispose,
  };
}

function testVariables(endpoint: string, functionName: string, env: Context["env"]): Context["env"] {
  const direct = [env["NO_PROXY"] ?? env["no_proxy"], "127.0.0.1,localhost"].filter(Boolean).join(",");
  return {
    BRIG_FUNCTION_NAME: functionName,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_REGION: localPlace.region,
    AWS_DEFAULT_REGION: localPlace.region,
    AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
    AWS_SESSION_TOKEN: dummyCredentials.sessionToken,
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}
