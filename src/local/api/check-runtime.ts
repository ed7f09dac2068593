import { runtimeOf, runtimes } from "../../workspace/runtimes.ts";
import { invalidParameter } from "../aws-fault.ts";

/**
 * A name in the shape of a runtime passes, known or not: newer ones come, and what this machine cannot run says so when invoked.
 *
 * @throws AwsFault InvalidParameterValueException
 */
export function checkRuntime(runtime: string | undefined): void {
  if (runtime === undefined || runtimeOf(runtime) !== undefined) return;
  const names = runtimes.map(({ name }) => name).join(", ");
  throw invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ` +
      `[${names}] or be a valid ARN`,
  );
}
