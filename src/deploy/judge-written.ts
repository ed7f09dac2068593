import type { Desired, RemoteVersion } from "./desired.ts";
import { diffConfiguration } from "./diff-configuration.ts";
import { architectureOf } from "./plan.ts";
import { withoutUnreturned } from "./unreturned-members.ts";

/** Whether a version has the code that was sent. */
export function isCodeWritten({ zip, architecture }: Desired, version: RemoteVersion): boolean {
  return version.codeSha256 === zip.codeSha256 && architectureOf(version) === architecture;
}

/**
 * Whether a version has the settings that were sent. What AWS itself answered differently when it took them (a value that it
 * writes in another way) is nobody's change.
 *
 * @param answer to the write; `undefined` where none came
 */
export function isConfigurationWritten(
  { configuration, functionName }: Pick<Desired, "configuration" | "functionName">,
  version: RemoteVersion,
  answer: RemoteVersion | undefined,
): boolean {
  const differencesOf = ({ configuration: actual }: RemoteVersion): string[] =>
    diffConfiguration(withoutUnreturned(configuration, actual), actual, functionName).map((change) =>
      JSON.stringify([change.path, change.from]),
    );
  const atOnce = new Set(answer === undefined ? [] : differencesOf(answer));
  return differencesOf(version).every((difference) => atOnce.has(difference));
}
