import type { LoggingConfiguration, RunnableVersion } from "../contract.ts";

/** What an invocation took and how it ended. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly maxMemoryMb: number;
  readonly initMs: number | null;
  readonly status: "success" | "error" | "timeout" | "failure";
  readonly errorType: string | undefined;
}

/**
 * What Lambda itself writes to the log when an invocation begins. In JSON: `platform.start`, at system log level
 * INFO or below (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html).
 */
export function renderStart(version: RunnableVersion, requestId: string, time: Date): readonly string[] {
  if (version.logging.format === "Text")
    return [`START RequestId: ${requestId} Version: ${version.version}\n`];
  if (version.logging.systemLevel === "WARN") return [];
  return [renderSystemEvent("platform.start", time, { requestId, version: version.version })];
}

/** What Lambda itself writes when an invocation is over: `END` and `REPORT`, or `platform.report`. */
export function renderReport(
  version: RunnableVersion,
  report: InvocationReport,
  time: Date,
): readonly string[] {
  return version.logging.format === "Text"
    ? [`END RequestId: ${report.requestId}\n`, renderReportLine(version, report)]
    : renderReportEvent(version.logging, version.memorySize, report, time);
}

function renderReportLine(version: RunnableVersion, report: InvocationReport): string {
  const parts = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${report.billedMs} ms`,
    `Memory Size: ${version.memorySize} MB`,
    `Max Memory Used: ${report.maxMemoryMb} MB`,
    ...(report.initMs === null ? [] : [`Init Duration: ${report.initMs.toFixed(2)} ms`]),
    ...(report.status === "timeout" ? ["Status: timeout"] : []),
    ...(report.status === "failure" ? ["Status: error", `Error Type: ${report.errorType}`] : []),
  ];
  return `${parts.join("\t")}\t\n`;
}

function renderReportEvent(
  logging: LoggingConfiguration,
  memorySize: number,
  report: InvocationReport,
  time: Date,
): readonly string[] {
  if (logging.systemLevel === "WARN" && report.status === "success") return [];
  return [
    renderSystemEvent("platform.report", time, {
      requestId: report.requestId,
      metrics: {
        durationMs: round(report.durationMs),
        billedDurationMs: report.billedMs,
        memorySizeMB: memorySize,
        maxMemoryUsedMB: report.maxMemoryMb,
        ...(report.initMs === null ? {} : { initDurationMs: round(report.initMs) }),
      },
      status: report.status,
      ...(report.errorType === undefined ? {} : { errorType: report.errorType }),
    }),
  ];
}

function renderSystemEvent(type: string, time: Date, record: object): string {
  return `${JSON.stringify({ time: time.toISOString(), type, record })}\n`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
