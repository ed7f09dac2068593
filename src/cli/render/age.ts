const steps = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** `2 min`, `12 d`: a span of milliseconds, in the largest unit that it fills. */
export function renderAge(milliseconds: number): string {
  const [size, unit] = steps.find(([each]) => milliseconds >= each) ?? [1000, "s"];
  return `${Math.max(0, Math.floor(milliseconds / size))} ${unit}`;
}
