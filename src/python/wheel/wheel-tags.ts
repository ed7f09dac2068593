import { compareBytewise } from "../../workspace/compare-bytewise.ts";
import type { PythonTarget } from "../lock.ts";
import { platformTags } from "./platform-tags.ts";
import { type BuildTag, type WheelName, matchWheelName } from "./wheel-name.ts";

/** CPython's first minor version with a stable ABI (PEP 384). */
const firstStableAbi = 2;

/**
 * The compatibility tags (PEP 425) that CPython of the target accepts, best first: own ABI, stable ABI (own and older
 * minor versions'), no ABI, then plain Python. Free-threaded builds (`cp313t`) are another ABI and not among them.
 */
export function supportedTags(target: PythonTarget): readonly string[] {
  const minor = Number(target.python.split(".")[1]);
  const own = `cp3${minor}`;
  const platforms = platformTags(target);
  const older = Array.from({ length: minor - firstStableAbi }, (_, index) => minor - 1 - index);
  const interpreters = [`py3${minor}`, "py3", ...older.map((version) => `py3${version}`), "py31", "py30"];
  const pairs: string[] = [
    `${own}-${own}`,
    `${own}-abi3`,
    `${own}-none`,
    ...older.map((version) => `cp3${version}-abi3`),
    ...interpreters.map((interpreter) => `${interpreter}-none`),
  ];
  return [
    ...pairs.flatMap((pair) => platforms.map((platform) => `${pair}-${platform}`)),
    `${own}-none-any`,
    ...interpreters.map((interpreter) => `${interpreter}-none-any`),
  ];
}

/**
 * The wheel that suits the target best: by tag, then by build tag (higher first), then by file name bytewise, so that
 * it is the same on every machine. Files that are no wheels, or do not run on the target, are passed over.
 *
 * @param files files of one version of one project
 */
export function selectWheel<F extends { readonly name: string }>(
  files: readonly F[],
  target: PythonTarget,
): F | undefined {
  const ranks = new Map(supportedTags(target).map((tag, rank) => [tag, rank]));
  const candidates: (Ranked & { readonly file: F })[] = [];
  for (const file of files) {
    const wheel = matchWheelName(file.name);
    const rank = wheel === undefined ? undefined : bestRank(wheel, ranks);
    if (wheel !== undefined && rank !== undefined) {
      candidates.push({ file, fileName: file.name, rank, build: wheel.build });
    }
  }
  return candidates.toSorted(compareRanked)[0]?.file;
}

interface Ranked {
  readonly fileName: string;
  readonly rank: number;
  readonly build: BuildTag | undefined;
}

function bestRank(wheel: WheelName, ranks: ReadonlyMap<string, number>): number | undefined {
  let best: number | undefined;
  for (const python of wheel.pythons) {
    for (const abi of wheel.abis) {
      for (const platform of wheel.platforms) {
        const rank = ranks.get(`${python}-${abi}-${platform}`);
        if (rank !== undefined && (best === undefined || rank < best)) best = rank;
      }
    }
  }
  return best;
}

function compareRanked(left: Ranked, right: Ranked): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  return -compareBuilds(left.build, right.build) || compareBytewise(left.fileName, right.fileName);
}

function compareBuilds(left: BuildTag | undefined, right: BuildTag | undefined): number {
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined);
  }
  if (left.number !== right.number) return left.number < right.number ? -1 : 1;
  return compareBytewise(left.suffix, right.suffix);
}
