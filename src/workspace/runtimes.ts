import type { Warning } from "../errors.ts";

export type Language = "python" | "nodejs" | "provided" | "java" | "dotnet" | "ruby";

/** One of Lambda's runtimes. */
export interface Runtime {
  readonly name: string;
  readonly language: Language;
  /** Python's minor version: `3.13`. */
  readonly python: string | undefined;
  /** glibc of its operating system: what the newest wheel or binary may need. */
  readonly glibc: readonly [major: number, minor: number];
  /** Last day on which Lambda supports it, as `2029-06-30`; `undefined`: not announced. */
  readonly end: string | undefined;
  readonly preview: boolean;
}

/** Amazon Linux 2 and 2023. */
const al2 = [2, 26] as const;
const al2023 = [2, 34] as const;

/**
 * The runtimes as AWS's page "Lambda runtimes" had them on 2026-11-23
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html), newest first within a language.
 * The dates move often: they give warnings and never refuse anything, and a name that is not here passes.
 */
export const runtimes: readonly Runtime[] = [
  python("3.15", al2023, undefined, true),
  python("3.14", al2023, "2029-06-30"),
  python("3.13", al2023, "2029-06-30"),
  python("3.12", al2023, "2028-10-31"),
  python("3.11", al2, "2027-06-30"),
  python("3.10", al2, "2026-10-31"),
  python("3.9", al2, "2025-12-15"),
  python("3.8", al2, "2024-10-14"),
  other("nodejs26.x", "nodejs", al2023, undefined, true),
  other("nodejs24.x", "nodejs", al2023, "2028-04-30"),
  other("nodejs22.x", "nodejs", al2023, "2027-04-30"),
  other("nodejs20.x", "nodejs", al2023, "2026-04-30"),
  other("provided.al2023", "provided", al2023, "2029-06-30"),
  other("provided.al2", "provided", al2, undefined),
  other("java25", "java", al2023, "2029-06-30"),
  other("java21", "java", al2023, "2029-06-30"),
  other("java17.al2023", "java", al2023, "2029-06-30"),
  other("java11.al2023", "java", al2023, "2029-06-30"),
  other("java8.al2023", "java", al2023, "2029-06-30"),
  other("java17", "java", al2, "2027-06-30"),
  other("java11", "java", al2, "2027-06-30"),
  other("java8.al2", "java", al2, "2027-06-30"),
  other("dotnet10", "dotnet", al2023, "2028-11-14"),
  other("dotnet8", "dotnet", al2023, "2026-11-10"),
  other("ruby4.0", "ruby", al2023, "2029-03-31"),
  other("ruby3.4", "ruby", al2023, "2028-03-31"),
  other("ruby3.3", "ruby", al2023, "2027-03-31"),
];

/** The Python minors that Lambda has (and brig can work with: 3.9 on), newest first, previews left out. */
export const pythonMinors: readonly string[] = runtimes
  .filter(({ preview, python: minor }) => !preview && minor !== undefined && minor !== "3.8")
  .map(({ python: minor }) => minor!);

/** The runtime of a name. One that is not in the table is taken for a newer one of its language, on Amazon Linux 2023. */
export function runtimeOf(name: string): Runtime | undefined {
  const known = runtimes.find((runtime) => runtime.name === name);
  if (known !== undefined) return known;
  const [, word, minor] = /^(python|nodejs|provided|java|dotnet|ruby)(3\.\d+$)?/.exec(name) ?? [];
  if (word === undefined) return undefined;
  // Older ones than the table has will not come any more.
  if (word === "python") return Number(minor?.slice(2)) > 8 ? python(minor!, al2023, undefined) : undefined;
  return other(name, word as Language, al2023, undefined);
}

/**
 * What there is to say of a runtime on the day `now`.
 *
 * @param minors the Pythons of this machine: one of them is the nearer way out, for the next build needs it
 */
export function runtimeWarnings(
  name: string,
  now: Date,
  minors: ReadonlySet<string> = new Set(),
): readonly Warning[] {
  const today = now.toISOString().slice(0, 10);
  const hasEnded = ({ end }: Runtime): boolean => end !== undefined && today > end;
  const runtime = runtimes.find((each) => each.name === name);
  if (runtime === undefined || !hasEnded(runtime)) return [];
  const others = runtimes.filter((each) => each.language === runtime.language && !each.preview);
  const here = others.find((each) => !hasEnded(each) && each.python !== undefined && minors.has(each.python));
  const newest = here ?? others[0]!;
  return [
    {
      code: "runtime-deprecated",
      message: `Lambda's support of ${name} ended on ${runtime.end}`,
      hint: `function: {Runtime: ${newest.name}}`,
    },
  ];
}

/** What Python packages must fit on Lambda: the machine and the newest glibc that they may need. */
export function pythonTargetOf(
  minor: string,
  architecture: "x86_64" | "arm64",
): {
  readonly minor: string;
  readonly machine: "x86_64" | "aarch64";
  readonly glibc: readonly [major: number, minor: number];
} {
  const glibc = runtimeOf(`python${minor}`)?.glibc ?? al2023;
  return { minor, machine: architecture === "arm64" ? "aarch64" : "x86_64", glibc };
}

function python(minor: string, glibc: Runtime["glibc"], end: string | undefined, preview = false): Runtime {
  return { name: `python${minor}`, language: "python", python: minor, glibc, end, preview };
}

function other(
  name: string,
  language: Language,
  glibc: Runtime["glibc"],
  end: string | undefined,
  preview = false,
): Runtime {
  return { name, language, python: undefined, glibc, end, preview };
}
