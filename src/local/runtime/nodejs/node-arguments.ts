/**
 * How Lambda starts Node: memory for the young and the old objects by the function's memory (MB), and in 20 and 22
 * without what would let a module load in a way that other versions refuse
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html).
 */
export function planNodeArguments(major: number, memorySize: number): readonly string[] {
  return [
    "--expose-gc",
    "--max-http-header-size=81920",
    `--max-semi-space-size=${Math.max(1, Math.floor(memorySize / 20))}`,
    `--max-old-space-size=${Math.floor((memorySize * 9) / 10)}`,
    ...(major <= 22 ? ["--no-experimental-require-module"] : []),
    ...(major === 22 ? ["--no-experimental-detect-module"] : []),
  ];
}
