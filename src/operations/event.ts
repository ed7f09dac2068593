import {
  listSampleEvents,
  parseEventSetting,
  renderSampleEvent,
} from "../local/events/render-sample-event.ts";

export interface ListedEvent {
  readonly name: string;
  /** The service that sends it. */
  readonly service: string;
  readonly description: string;
}

/** The sample events that brig knows, by name. */
export function listEvents(): readonly ListedEvent[] {
  return listSampleEvents();
}

/**
 * The JSON text of a sample event.
 *
 * @param settings `path=value`, as `Records[0].body=hello`
 * @throws BrigError usage-invalid
 */
export function renderEvent(name: string, settings: readonly string[]): string {
  return renderSampleEvent(name, settings.map(parseEventSetting));
}
