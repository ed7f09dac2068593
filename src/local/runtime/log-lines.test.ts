import fc from "fast-check";
import { expect, test } from "vitest";
import { createLogLines } from "./log-lines.ts";

const token = Buffer.from("\0\u0001token");

function renderMessage(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([token, length, body]);
}

function split(chunks: readonly Buffer[]): readonly string[] {
  const events: string[] = [];
  const lines = createLogLines(token, (message) => void events.push(message));
  for (const chunk of chunks) lines.push(chunk);
  lines.flush();
  return events;
}

test("a printed line is an event, and a message of several lines is one", () => {
  const chunks = [
    Buffer.from("one\ntw"),
    Buffer.from("o\nrest"),
    renderMessage("a\nb\n"),
    Buffer.from("c\r\nend"),
  ];
  expect(split(chunks)).toEqual(["one\n", "two\n", "rest", "a\nb\n", "c\r\n", "end"]);
});

test("where the pipe cuts does not matter", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => Buffer.from(`${text.replaceAll("\0", "")}\n`)),
    fc.string({ unit: "grapheme", minLength: 1 }).map(renderMessage),
  );
  fc.assert(
    fc.property(fc.array(part), fc.integer({ min: 1, max: 7 }), (parts, size) => {
      const bytes = Buffer.concat(parts);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(split(chunks)).toEqual(split([bytes]));
    }),
  );
});

test("a line without end is cut, a false length does not swallow the log", () => {
  const long = Buffer.alloc(3 * 1024 * 1024, "x");
  expect(split([long]).join("").length).toBe(long.length);
  expect(split([token, Buffer.from([255, 255, 255, 255]), Buffer.from("kept")])).not.toEqual([]);
});
