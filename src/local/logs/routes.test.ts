import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartLiveTailCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, expect, test } from "vitest";
import { startTestFront, type TestFront } from "../invoke/test-front.ts";
import { createLogStore } from "./log-store.ts";
import { createLogRoutes } from "./routes.ts";

const opened: TestFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

const group = "/aws/lambda/f";
const logGroupName = group;

async function connect(capacity?: number) {
  const store = createLogStore({
    now: () => new Date(5000),
    ...(capacity === undefined ? {} : { capacity }),
  });
  const front = await startTestFront(createLogRoutes(store));
  opened.push(front);
  const client = new CloudWatchLogsClient({
    endpoint: front.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const write = (timestamp: number, message: string, stream = "s1"): void =>
    store.add({ timestamp, message, group, stream, requestId: undefined });
  return { store, client, front, write };
}

test("what functions write is found by time, stream and pattern", async () => {
  const { client, write } = await connect();
  write(1000, "START\n");
  write(3000, "[ERROR] broken", "s2");
  write(2000, "working", "s2");
  const all = await client.send(new FilterLogEventsCommand({ logGroupName, interleaved: true }));
  expect(all.events?.map(({ message, logStreamName }) => [message, logStreamName])).toEqual([
    ["START\n", "s1"],
    ["working", "s2"],
    ["[ERROR] broken", "s2"],
  ]);
  expect(all.events![0]).toMatchObject({ timestamp: 1000, ingestionTime: 5000 });
  expect(new Set(all.events?.map(({ eventId }) => eventId)).size).toBe(3);
  expect(all.nextToken).toBeUndefined();

  const messages = async (input: object): Promise<unknown> => {
    const answer = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    return answer.events?.map(({ message }) => message);
  };
  expect(await messages({ startTime: 2000, endTime: 3000 })).toEqual(["working", "[ERROR] broken"]);
  expect(await messages({ startTime: 2001, endTime: 2999 })).toEqual([]);
  expect(await messages({ filterPattern: "ERROR" })).toEqual(["[ERROR] broken"]);
  expect(await messages({ logStreamNames: ["s1"] })).toEqual(["START\n"]);
  expect(await messages({ logStreamNamePrefix: "s2", limit: 1 })).toEqual(["working"]);
});

test("pages of FilterLogEvents lose and repeat nothing, also when events come in between", async () => {
  const { client, write } = await connect();
  for (let index = 0; index < 25; index++) write(1000 + (index % 3), `message ${index}`);
  const seen: string[] = [];
  for await (const page of paginateFilterLogEvents({ client, pageSize: 10 }, { logGroupName })) {
    seen.push(...page.events!.map(({ message }) => message!));
    write(9000, `late ${seen.length}`);
  }
  expect(seen.filter((message) => message.startsWith("message"))).toHaveLength(25);
  expect(new Set(seen).size).toBe(seen.length);
});

test("GetLogEvents goes both ways and waits at its end", async () => {
  const { client, write } = await connect();
  for (let index = 0; index < 5; index++) write(1000 + index, String(index));
  const get = (input: object) =>
    client.send(new GetLogEventsCommand({ logGroupName, logStreamName: "s1", limit: 2, ...input }));
  const texts = (answer: Awaited<ReturnType<typeof get>>) => answer.events?.map(({ message }) => message);
  const newest = await get({});
  expect(texts(newest)).toEqual(["3", "4"]);
  const older = await get({ nextToken: newest.nextBackwardToken });
  expect(texts(older)).toEqual(["1", "2"]);
  expect(texts(await get({ nextToken: older.nextForwardToken }))).toEqual(["3", "4"]);

  const end = await get({ nextToken: newest.nextForwardToken });
  expect(texts(end)).toEqual([]);
  expect(end.nextForwardToken).toBe(newest.nextForwardToken);
  write(2000, "new");
  expect(texts(await get({ nextToken: end.nextForwardToken }))).toEqual(["new"]);
  expect(texts(await get({ startFromHead: true }))).toEqual(["0", "1"]);
  expect(texts(await get({ startTime: 1001, endTime: 1003 }))).toEqual(["1", "2"]);
  await expect(get({ nextToken: "what" })).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("groups and streams are described, in order and in pages", async () => {
  const { client, write } = await connect();
  write(1000, "a", "s2");
  write(4000, "b", "s1");
  await client.send(new CreateLogGroupCommand({ logGroupName: "other", tags: { a: "b" } }));
  const groups = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/" }));
  expect(groups.logGroups).toEqual([
    {
      logGroupName,
      creationTime: 5000,
      metricFilterCount: 0,
      arn: `arn:aws:logs:us-east-1:000000000000:log-group:${group}:*`,
      logGroupArn: `arn:aws:logs:us-east-1:000000000000:log-group:${group}`,
      logGroupClass: "STANDARD",
      storedBytes: 0,
    },
  ]);
  const byTime = { logGroupName, orderBy: "LastEventTime", descending: true } as const;
  const streams = await client.send(new DescribeLogStreamsCommand(byTime));
  expect(streams.logStreams?.map((stream) => [stream.logStreamName, stream.lastEventTimestamp])).toEqual([
    ["s1", 4000],
    ["s2", 1000],
  ]);
  const names: (string | undefined)[] = [];
  const pages = paginateDescribeLogStreams({ client, pageSize: 1 }, { logGroupName });
  for await (const page of pages) names.push(...page.logStreams!.map((stream) => stream.logStreamName));
  expect(names).toEqual(["s1", "s2"]);
});

test("the life of a group", async () => {
  const { client, store } = await connect();
  const create = () => client.send(new CreateLogGroupCommand({ logGroupName, tags: { a: "1" } }));
  await create();
  await expect(create()).rejects.toMatchObject({ name: "ResourceAlreadyExistsException" });
  await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
  const described = async () => (await client.send(new DescribeLogGroupsCommand({}))).logGroups![0]!;
  expect(await described()).toMatchObject({ retentionInDays: 7 });
  await client.send(new DeleteRetentionPolicyCommand({ logGroupName }));
  expect(await described()).not.toHaveProperty("retentionInDays");
  await expect(
    client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 8 })),
  ).rejects.toMatchObject({ name: "InvalidParameterException" });

  const resourceArn = (await described()).logGroupArn!;
  await client.send(new TagResourceCommand({ resourceArn, tags: { b: "2" } }));
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
  expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: "2" });
  expect((await client.send(new ListTagsLogGroupCommand({ logGroupName }))).tags).toEqual({ b: "2" });

  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "mine" }));
  const logEvents = [
    { timestamp: 1, message: "one" },
    { timestamp: 2, message: "two" },
  ];
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: "mine", logEvents }));
  expect(store.select(group, () => true)).toHaveLength(2);
  await expect(
    client.send(
      new PutLogEventsCommand({ logGroupName, logStreamName: "mine", logEvents: logEvents.toReversed() }),
    ),
  ).rejects.toMatchObject({ name: "InvalidParameterException" });
  await client.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: "mine" }));
  expect(store.select(group, () => true)).toHaveLength(0);
  await client.send(new DeleteLogGroupCommand({ logGroupName }));
  const gone = { name: "ResourceNotFoundException", message: "The specified log group does not exist." };
  await expect(client.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject(gone);
  await expect(client.send(new FilterLogEventsCommand({ logGroupName }))).rejects.toMatchObject(gone);
});

test("live tail is refused by name", async () => {
  const { client } = await connect();
  const logGroupIdentifiers = ["arn:aws:logs:us-east-1:000000000000:log-group:x"];
  client.config.disableHostPrefix = true;
  await expect(client.send(new StartLiveTailCommand({ logGroupIdentifiers }))).rejects.toMatchObject({
    name: "NotImplementedException",
    message: expect.stringContaining("StartLiveTail"),
  });
});

test("hostile bodies are refused, not met with a crash", async () => {
  const { front } = await connect();
  const send = async (body: string): Promise<number> => {
    const headers = { "x-amz-target": "Logs_20140328.FilterLogEvents" };
    return (await fetch(front.endpoint, { method: "POST", headers, body })).status;
  };
  for (const body of ["", "[]", "{", "null", '{"logGroupName": 5}', '{"logGroupName": "x", "limit": "1"}']) {
    expect(await send(body), body).toBe(400);
  }
});

test("the oldest events go when the store is full, and their streams with them", async () => {
  const { store, write } = await connect(1000);
  for (let index = 0; index < 100; index++) write(index, "x".repeat(24), `s${index}`);
  const left = store.select(group, () => true);
  expect(left.length).toBeGreaterThanOrEqual(20);
  expect(left.length).toBeLessThanOrEqual(25);
  expect(left.at(-1)!.stream).toBe("s99");
  expect(store.groups.get(group)!.streams.size).toBe(left.length);
});

test("a follower hears events until it stops", async () => {
  const { store, write } = await connect();
  const heard: string[] = [];
  const stop = store.follow((event) => heard.push(event.message));
  write(1, "one");
  stop();
  write(2, "two");
  expect(heard).toEqual(["one"]);
});
