import { randomUUID } from "node:crypto";
import type { BrigError } from "../../errors.ts";
import type { InvokeReport } from "../../operations/invoke-report.ts";
import { type Output, reportOf } from "../output.ts";
import { renderLog } from "./log-line.ts";

/** Shows invocations as they come: the payload on stdout, byte for byte; logs and what it took on stderr. */
export class InvokePresenter {
  readonly #output: Output;
  readonly #repeated: boolean;
  /** `local`, or the target. */
  readonly #place: string;
  readonly #documents: object[] = [];
  /** Payloads that are JSON, by the string that stands for them in the documents. */
  readonly #payloads = new Map<string, string>();
  #streamed = false;
  #count = 0;
  exitStatus = 0;

  constructor(output: Output, repeated: boolean, place: string) {
    this.#output = output;
    this.#repeated = repeated;
    this.#place = place;
  }

  log(text: string): void {
    if (this.#output.quiet || this.#output.json) return;
    const shown = renderLog(text, this.#output.verbose);
    if (shown !== "") this.#output.stderr.write(shown);
  }

  chunk(bytes: Buffer): void {
    if (this.#output.json) return;
    if (!this.#streamed) this.#separate();
    this.#streamed = true;
    this.#output.stdout.write(bytes);
  }

  report(name: string, report: InvokeReport, fault: BrigError | undefined): void {
    if (fault?.code === "handler-missing") throw fault;
    if (fault !== undefined) this.exitStatus = fault.exitStatus;
    if (this.#output.json) {
      this.#documents.push(describe(report, this.#placePayload(report.payload), fault));
      return;
    }
    // What was streamed is out already; the error of a stream that broke is not a part of it.
    if (!this.#streamed) {
      this.#separate();
      this.#output.stdout.write(report.payload);
    }
    this.#streamed = false;
    // On a terminal the next line must not begin behind the payload.
    if (this.#output.stdout.isTTY && report.payload.length > 0) this.#output.stdout.write("\n");
    this.#output.talk(`  ${name}  ${renderFigures(report, this.#place)}`);
    if (fault !== undefined) this.#output.fault(reportOf(fault));
  }

  /** With `--json`: one document, however many invocations there were. */
  end(): number {
    if (this.#output.json) {
      const document = this.#repeated ? { invocations: this.#documents } : this.#documents[0];
      const text = JSON.stringify(document, null, 2).replaceAll(
        /"payload-[0-9a-f-]{36}"/g,
        (mark) => this.#payloads.get(mark) ?? mark,
      );
      this.#output.stdout.write(`${text}\n`);
    }
    return this.exitStatus;
  }

  /** JSON goes into the document as it is: as a value, numbers over 2^53 would be others. What is none, as its text. */
  #placePayload(payload: Buffer): string | null {
    const text = payload.toString("utf8");
    if (text === "") return null;
    try {
      JSON.parse(text);
    } catch {
      return text;
    }
    const mark = `payload-${randomUUID()}`;
    this.#payloads.set(`"${mark}"`, text);
    return mark;
  }

  #separate(): void {
    if (this.#count > 0 && !this.#output.stdout.isTTY) this.#output.stdout.write("\n");
    this.#count += 1;
  }
}

function describe(report: InvokeReport, payload: string | null, fault: BrigError | undefined): object {
  const { statusCode, functionError, executedVersion, logs, duration, initDuration } = report;
  return {
    statusCode,
    functionError,
    executedVersion,
    payload,
    logs,
    duration,
    initDuration,
    ...(fault !== undefined && { error: reportOf(fault) }),
  };
}

/** `local  12 ms (init 96 ms)  38 MB of 128 MB` */
export function renderFigures(report: InvokeReport, place: string): string {
  const { duration, initDuration, memoryUsed, memorySize } = report;
  const init = initDuration === null ? "" : ` (init ${Math.round(initDuration)} ms)`;
  return [
    place,
    ...(report.statusCode === 202 ? ["queued"] : []),
    ...(duration === null ? [] : [`${Math.round(duration)} ms${init}`]),
    ...(memoryUsed === null ? [] : [`${memoryUsed} MB of ${memorySize} MB`]),
  ].join("  ");
}
