import type { InvokeReport } from "./invoke-report.ts";

type Figures = Pick<InvokeReport, "duration" | "initDuration" | "memoryUsed" | "memorySize">;

/** The figures of the last REPORT line, or `platform.report` of a JSON log, in an invocation's log. */
export function parseReport(log: string): Figures {
  const line = log.split("\n").findLast((each) => /^REPORT |"type":\s*"platform\.report"/.test(each));
  if (line?.startsWith("REPORT ")) {
    const number = (name: string): number | null => {
      const value = new RegExp(`\\t${name}: ([\\d.]+) m?s?`, "i").exec(line)?.[1];
      return value === undefined ? null : Number(value);
    };
    return {
      duration: number("Duration"),
      initDuration: number("Init Duration"),
      memoryUsed: number("Max Memory Used"),
      memorySize: number("Memory Size"),
    };
  }
  const metrics = line === undefined ? {} : readMetrics(line);
  return {
    duration: metrics["durationMs"] ?? null,
    initDuration: metrics["initDurationMs"] ?? null,
    memoryUsed: metrics["maxMemoryUsedMB"] ?? null,
    memorySize: metrics["memorySizeMB"] ?? null,
  };
}

function readMetrics(line: string): Readonly<Record<string, number | undefined>> {
  try {
    const event = JSON.parse(line) as { readonly record?: { readonly metrics?: Record<string, number> } };
    return event.record?.metrics ?? {};
  } catch {
    return {};
  }
}
