import type { FileDifference } from "./diff-zips.ts";

/** Exact versions of the Pythons that compiled two zips; `null` where it is not known or there is no bytecode. */
export interface Compilers {
  readonly here: string | null;
  readonly there: string | null;
}

/** In a sentence, what the differences between the code that runs and its commit, rebuilt, mean. */
export function explainDifferences(differences: readonly FileDifference[], compilers: Compilers): string {
  const others = differences.filter(({ bytecode }) => !bytecode).length;
  if (differences.length === 0) {
    return "every file is the same, and only the packing differs: another program, or another version of brig, made the zip";
  }
  if (others === 0) return `only bytecode differs, the source is the same: ${explainBytecode(compilers)}`;
  const bytecode = differences.length - others;
  const files = others === 1 ? "1 file differs" : `${others} files differ`;
  return bytecode === 0 ? files : `${files}, and the bytecode of ${bytecode}`;
}

/** Python runs the bytecode, not the source beside it: that somebody changed it is only ruled out where the compiler is known. */
function explainBytecode({ here, there }: Compilers): string {
  if (here === null) return "there is none here";
  if (there === here)
    return `it was compiled by Python ${here}, as here, so another version of brig made it, or somebody changed it`;
  return there === null
    ? `another patch version than ${here}, which is here, compiled it, or somebody changed it`
    : `it was compiled by Python ${there}, and here by ${here}`;
}
