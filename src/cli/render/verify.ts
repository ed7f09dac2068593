import type { Verification, VerifiedDifference } from "../../operations/verify.ts";

/** Enough to see where to look. */
const shown = 10;

const words: Readonly<Record<VerifiedDifference["kind"], string>> = {
  contents: "differs",
  mode: "differs in its executable bit",
  "only-on-aws": "only on AWS",
  "only-in-commit": "only in the commit",
};

export function renderVerification(verification: Verification): string {
  const { equal, commit, version, alias, note, differences, duration } = verification;
  const behind = `version ${version} behind ${alias}`;
  if (equal) {
    const seconds = (duration / 1000).toFixed(1);
    return `proven: ${behind} is commit ${commit?.slice(0, 7)}, byte for byte (rebuilt in ${seconds} s)`;
  }
  if (duration === 0) return `not proven: ${note}`;
  const files = differences.slice(0, shown).map(({ path, kind }) => `  ${path}  ${words[kind]}`);
  const more = differences.length - files.length;
  return [
    `not proven: ${behind} is not commit ${commit?.slice(0, 7)}, rebuilt: ${note}`,
    ...files,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join("\n");
}
