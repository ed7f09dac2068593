/** An event of CloudWatch Logs, as FilterLogEvents answers it. */
export interface LoggedEvent {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
  readonly logStreamName: string;
}

/**
 * What was written for one request: within a stream one request runs at a time, so all from its start to its report.
 *
 * @param events by time
 */
export function selectRequest(events: readonly LoggedEvent[], requestId: string): readonly LoggedEvent[] {
  const inside = new Set<string>();
  return events.filter(({ message, logStreamName }) => {
    const isNamed = message.includes(requestId);
    if (isNamed && isBoundary(message, "START", "platform.start")) inside.add(logStreamName);
    const isWanted = isNamed || inside.has(logStreamName);
    if (isNamed && isBoundary(message, "REPORT", "platform.report")) inside.delete(logStreamName);
    return isWanted;
  });
}

function isBoundary(message: string, word: string, type: string): boolean {
  return message.startsWith(`${word} RequestId: `) || message.includes(`"type":"${type}"`);
}
