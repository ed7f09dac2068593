import type { ReportEvent } from "../context.ts";
import type { Output } from "./output.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawEvery = 100;

/** Shows what is under way: one live line on a terminal, a line per finished step elsewhere, nothing with `--quiet`. */
export class Progress {
  readonly #output: Output;
  readonly #live: boolean;
  readonly #started = new Map<string, number>();
  #line: (ReportEvent & { kind: "progress" }) | undefined;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
    this.#live = output.stderr.isTTY === true && !output.quiet;
  }

  report(event: ReportEvent): void {
    if (this.#output.quiet) return;
    switch (event.kind) {
      case "progress":
        if (this.#live) this.#show(event);
        break;
      case "step":
        if (!this.#live && !this.#output.json) this.#output.talk(`${event.subject}: ${event.text}`);
        break;
      case "note":
        this.clear();
        this.#output.talk(event.subject === null ? `brig: ${event.text}` : `${event.subject}: ${event.text}`);
        break;
      case "output":
        if (this.#live || this.#output.verbose) {
          this.clear();
          this.#output.stderr.write(event.text);
        }
        break;
      case "failure":
        if (!this.#live && !this.#output.verbose) this.#output.stderr.write(`${event.text}\n`);
        break;
    }
  }

  /** Takes the live line away: call before anything else is written, and at the end. */
  clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#line !== undefined) this.#output.stderr.write("\r\u001B[K");
    this.#line = undefined;
  }

  #show(event: ReportEvent & { kind: "progress" }): void {
    const key = `${event.subject} ${event.activity}`;
    if (!this.#started.has(key)) this.#started.set(key, performance.now());
    this.#line = event;
    if (this.#timer !== undefined) return;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), redrawEvery);
    this.#timer.unref();
  }

  #draw(): void {
    if (this.#line === undefined) return;
    this.#frame = (this.#frame + 1) % frames.length;
    const { subject, activity } = this.#line;
    const seconds = (performance.now() - this.#started.get(`${subject} ${activity}`)!) / 1000;
    const text = `${frames[this.#frame]} ${subject}  ${activity}${renderAmount(this.#line, seconds)}`;
    // Some terminals tell no size, or 0: they get what fits the usual one.
    const width = this.#output.stderr.columns || 80;
    this.#output.stderr.write(`\r\u001B[K${text.slice(0, width - 1)}`);
  }
}

function renderAmount(event: ReportEvent & { kind: "progress" }, seconds: number): string {
  if (event.done === undefined) return "";
  if (event.unit !== "bytes") return ` ${event.done}${event.total === undefined ? "" : ` of ${event.total}`}`;
  const total = event.total === undefined ? "" : ` of ${renderSize(event.total)}`;
  return ` ${renderSize(event.done)}${total}  ${renderSize(event.done / Math.max(seconds, 0.1))}/s`;
}

/** `412 kB`, `1.0 MB`: decimal units, as transfers count. */
export function renderSize(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
