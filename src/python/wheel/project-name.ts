/** A project's name as the index and brig spell it: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503). */
export function normaliseName(name: string): string {
  return name.replaceAll(/[-_.]+/g, "-").toLowerCase();
}
