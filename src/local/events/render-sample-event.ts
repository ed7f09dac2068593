import { BrigError } from "../../errors.ts";
import { nearest } from "../../workspace/nearest.ts";
import { sampleEvents, type SampleEvent } from "./sample-events.ts";
import { setPath } from "./set-path.ts";

/** One `--set path=value`. */
export interface EventSetting {
  readonly path: string;
  readonly value: string;
}

/** All sample events by name. */
export function listSampleEvents(): readonly Omit<SampleEvent, "event">[] {
  return sampleEvents.map(({ name, service, description }) => ({ name, service, description }));
}

/**
 * The text of `path=value`: the value is all behind the first `=` outside brackets.
 *
 * @throws BrigError usage-invalid
 */
export function parseEventSetting(text: string): EventSetting {
  const [, path, value] = /^((?:\["(?:[^"\\]|\\.)*"\]|[^="])+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    throw new BrigError(
      "usage-invalid",
      `"${text}" is not of the form path=value`,
      "--set 'Records[0].body=hello'",
    );
  }
  return { path, value };
}

/**
 * A sample event as JSON text, with a newline at its end.
 *
 * @throws BrigError usage-invalid when there is no such event, or a path leads nowhere
 */
export function renderSampleEvent(name: string, settings: readonly EventSetting[] = []): string {
  const sample = sampleEvents.find((one) => one.name === name);
  if (sample === undefined) throw unknownEvent(name);
  const event = settings.reduce((changed, { path, value }) => setPath(changed, path, value), sample.event);
  return `${JSON.stringify(event, undefined, 2)}\n`;
}

function unknownEvent(name: string): BrigError {
  const names = sampleEvents.map((one) => one.name);
  const wanted = name.toLowerCase();
  const near = nearest(name, names) ?? names.find((one) => wanted !== "" && one.includes(wanted));
  const hint = near === undefined ? "brig event" : `brig event ${near}`;
  return new BrigError("usage-invalid", `there is no sample event named "${name}"`, hint);
}
