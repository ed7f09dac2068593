import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { BrigError } from "../../errors.ts";
import { listSampleEvents, parseEventSetting, renderSampleEvent } from "./render-sample-event.ts";

const render = (name: string, ...settings: string[]) =>
  JSON.parse(renderSampleEvent(name, settings.map(parseEventSetting)));

test("there are events of many services, and none holds a real account", () => {
  const events = listSampleEvents();
  expect(events.length).toBeGreaterThanOrEqual(20);
  expect(new Set(events.map(({ name }) => name)).size).toBe(events.length);
  for (const { name } of events) {
    const text = renderSampleEvent(name);
    for (const [account] of text.matchAll(/(?<![\w.-])\d{12}(?![\w.-])/g))
      expect(account, name).toBe("000000000000");
    expect(text, name).toMatch(/\n$/);
  }
});

test("what is encoded in an event can be decoded", () => {
  const data = render("cloudwatch-logs").awslogs.data;
  expect(JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString())).toMatchObject({
    logGroup: "/aws/lambda/example",
  });
  expect(Buffer.from(render("kinesis").Records[0].kinesis.data, "base64").toString()).toBe(
    '{"greeting": "hello"}',
  );
});

test("--set replaces, adds and keeps text as text", () => {
  const event = render(
    "sqs",
    'Records[0].body={"a": 1}',
    "Records[0].attributes.ApproximateReceiveCount=5",
    'Records[0].messageAttributes.kind={"stringValue": "x"}',
    'Records[0].attributes["with.dot"]=a=b',
    "Records[1].body=second",
    "extra.list[0].n=7",
    "extra.flag=true",
  );
  expect(event.Records[0].body).toBe('{"a": 1}');
  expect(event.Records[0].attributes.ApproximateReceiveCount).toBe("5");
  expect(event.Records[0].attributes["with.dot"]).toBe("a=b");
  expect(event.Records[0].messageAttributes).toEqual({ kind: { stringValue: "x" } });
  expect(event.Records[1]).toEqual({ body: "second" });
  expect(event.extra).toEqual({ list: [{ n: 7 }], flag: true });
  expect(render("sqs").Records[0].body).toBe('{"greeting": "hello"}');
});

test("names that JavaScript gives a meaning are names like others", () => {
  const event = render("sqs", "__proto__.polluted=1", "constructor.x=2");
  expect(Object.getOwnPropertyDescriptor(event, "__proto__")?.value).toEqual({ polluted: 1 });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  ["Records[5].body=x", "the list has 1 elements"],
  ["Records.body=x", '"body" is looked for in a list'],
  ["Records.0.body=x", '"0" is looked for in a list'],
  ["Records[0].body.x=1", '"x" is looked for in "'],
  ["Records[0][1]=x", "[1] is looked for in an object"],
  ["a..b=1", "is not a path"],
  ["a[x]=1", "is not a path"],
  ["=1", "is not of the form"],
  ["nothing", "is not of the form"],
])("refuses --set %s", (setting, why) => {
  expect(() => render("sqs", setting)).toThrow(BrigError);
  expect(() => render("sqs", setting)).toThrow(why);
  // It can be pasted, and shows how an element of a list is written.
  const hint = "--set 'Records[0].body=hello'";
  expect(() => render("sqs", setting)).toThrow(expect.objectContaining({ code: "usage-invalid", hint }));
});

test.each([
  ["sqss", "brig event sqs"],
  ["s3_put", "brig event s3-put"],
  ["dynamodb", "brig event dynamodb-stream"],
  ["zzzzzz", "brig event"],
])("no event %s: the hint is %s", (name, hint) => {
  expect(() => renderSampleEvent(name)).toThrow(expect.objectContaining({ code: "usage-invalid", hint }));
});
