import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFixture, parsePayload, type Fixture } from "./test-executor.ts";
import { rustSource } from "./test-rust-program.ts";

let fixture: Fixture;
let room: string;
beforeAll(async () => {
  fixture = await makeFixture();
  room = realpathSync(mkdtempSync(join(tmpdir(), "brig provided ")));
});
afterAll(async () => {
  await fixture.dispose();
  rmSync(room, { recursive: true, force: true });
});

const provided = { runtime: "provided.al2023", handler: "any" } as const;

/** A bootstrap without any language: curl in a shell. */
const shell = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
echo starting
while true; do
  event=$(curl -sS -D "$TMPDIR/head" "$api/invocation/next")
  id=$(grep -i '^Lambda-Runtime-Aws-Request-Id' "$TMPDIR/head" | tr -d '\\r' | cut -d' ' -f2)
  echo "event $event"
  case "$event" in
    *fail*) curl -sS -o /dev/null -X POST "$api/invocation/$id/error" -d '{"errorMessage":"told","errorType":"Told"}' ;;
    *exit*) exit 5 ;;
    *mode*) curl -sS -X POST "$api/invocation/$id/response" -H 'Lambda-Runtime-Function-Response-Mode: odd' -d x
            curl -sS -X POST "$api/invocation/$id/response" -d '"mended"' ;;
    *other*) curl -sS -X POST "$api/invocation/other/response" -d x
             curl -sS -X POST "$api/invocation/$id/response" -d '"right"' ;;
    *env*) env | sort | tr '\\n' ' ' | curl -sS -o /dev/null -X POST "$api/invocation/$id/response" --data-binary @- ;;
    *) curl -sS -o /dev/null -X POST "$api/invocation/$id/response" --data-binary "$event" ;;
  esac
done
`;

test("a bootstrap of the function's own is served by the Runtime API", async () => {
  const version = fixture.make({ bootstrap: shell }, provided);
  const outcome = await fixture.invoke(version, { a: "ü" });
  expect(outcome.payload.toString()).toBe('{"a":"ü"}');
  expect(outcome.initMs).not.toBeNull();
  expect(outcome.logTail.toString()).toMatch(/^starting\nSTART .*\nevent \{"a":"ü"\}\nEND /);
  const failed = await fixture.invoke(version, "fail");
  expect(failed).toMatchObject({ functionError: "Unhandled", errorType: "Told", initMs: null });
  expect(failed.payload.toString()).toBe('{"errorMessage":"told","errorType":"Told"}');
  expect((await fixture.invoke(version, "mode")).logTail.toString()).toContain("InvalidFunctionResponseMode");
  const other = await fixture.invoke(version, "other");
  expect(other.logTail.toString()).toContain("InvalidRequestID");
  expect(parsePayload(other)).toBe("right");
  expect((await fixture.invoke(version, "exit")).payload.toString()).toContain("exit status 5");
  const variables = (await fixture.invoke(version, "env")).payload.toString();
  expect(variables).toMatch(
    / AWS_LAMBDA_FUNCTION_NAME=tested .* LAMBDA_TASK_ROOT=\/var\/task .* _HANDLER=any /,
  );
  expect(variables).not.toMatch(/ (?:AWS_EXECUTION_ENV|HOME|SHLVL)=/);
});

test("a bootstrap that is missing, or no program, is told as it is", async () => {
  const version = fixture.make({ other: "" }, provided);
  const outcome = await fixture.invoke(version);
  expect(parsePayload(outcome)).toMatchObject({ errorType: "Runtime.InvalidEntrypoint" });
  writeFileSync(join(version.codeFolder, "bootstrap"), "#!/nowhere/interpreter\n", { mode: 0o755 });
  expect(parsePayload(await fixture.invoke(version))).toMatchObject({
    errorType: "Runtime.InvalidEntrypoint",
  });
});

test("an error of init is the answer, and init is tried again", async () => {
  const version = fixture.make(
    {
      bootstrap:
        '#!/bin/sh\ncurl -sS -o /dev/null -X POST "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error" -d \'{"errorMessage":"no","errorType":"Init.No"}\'\nexit 1\n',
    },
    provided,
  );
  for (const _ of [1, 2]) {
    const outcome = await fixture.invoke(version);
    expect(outcome).toMatchObject({ functionError: "Unhandled", errorType: "Init.No" });
    expect(outcome.initMs).not.toBeNull();
  }
});

const goSource = `package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			panic(err)
		}
		event, _ := io.ReadAll(next.Body)
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		deadline, _ := strconv.ParseInt(next.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
		if time.Until(time.UnixMilli(deadline)) <= 0 {
			panic("the deadline is in the past")
		}
		if bytes.Contains(event, []byte("panic")) {
			panic("asked to")
		}
		reader, writer := io.Pipe()
		request, _ := http.NewRequest("POST", api+id+"/response", reader)
		request.Trailer = http.Header{"Lambda-Runtime-Function-Error-Type": nil, "Lambda-Runtime-Function-Error-Body": nil}
		go func() {
			for _, part := range [][]byte{[]byte("{\\"echo\\":"), event, []byte("}")} {
				writer.Write(part)
				time.Sleep(20 * time.Millisecond)
			}
			if bytes.Contains(event, []byte("break")) {
				request.Trailer.Set("Lambda-Runtime-Function-Error-Type", "Go.Broken")
				request.Trailer.Set("Lambda-Runtime-Function-Error-Body", "eyJlcnJvck1lc3NhZ2UiOiJicm9rZW4ifQ==")
			}
			writer.Close()
		}()
		answer, err := http.DefaultClient.Do(request)
		if err != nil || answer.StatusCode != 202 {
			panic("not accepted")
		}
		io.Copy(io.Discard, answer.Body)
	}
}
`;

/** Builds a bootstrap; undefined, and a visible word, where the language is not installed. */
function build(
  name: string,
  program: string,
  source: string,
  args: (source: string, output: string) => readonly string[],
): string | undefined {
  if (spawnSync(program, ["version"], { stdio: "ignore" }).error !== undefined) {
    console.warn(`skipped: ${program} is not installed`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "brig-bootstrap-"));
  const output = join(folder, "bootstrap");
  writeFileSync(join(folder, name), source);
  const cache = join(tmpdir(), "brig-test-go-cache");
  mkdirSync(cache, { recursive: true });
  execFileSync(program, args(join(folder, name), output), {
    cwd: folder,
    env: {
      ...process.env,
      GOCACHE: cache,
      GO111MODULE: "off",
      CGO_ENABLED: "0",
      GOFLAGS: "",
      GOPROXY: "off",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return output;
}

const go = build("main.go", "go", goSource, (source, output) => ["build", "-o", output, source]);
const rust = build("main.rs", "rustc", rustSource, (source, output) => [
  "-C",
  "debuginfo=0",
  "-o",
  output,
  source,
]);
afterAll(() => {
  for (const output of [go, rust]) if (output !== undefined) rmSync(join(output, ".."), { recursive: true });
});

function makeBinary(binary: string): ReturnType<Fixture["make"]> {
  const version = fixture.make({ "readme.txt": "" }, provided);
  copyFileSync(binary, join(version.codeFolder, "bootstrap"));
  chmodSync(join(version.codeFolder, "bootstrap"), 0o755);
  return version;
}

describe.skipIf(go === undefined)("Go", () => {
  test("answers in pieces with trailers, streamed or not", async () => {
    const version = makeBinary(go!);
    expect(parsePayload(await fixture.invoke(version, [1]))).toEqual({ echo: [1] });
    const chunks: string[] = [];
    const streamed = await fixture.invoke(version, 2, {
      streaming: true,
      onChunk: (chunk) => void chunks.push(chunk.toString()),
    });
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join("")).toBe('{"echo":2}');
    expect(streamed.streamError).toBeUndefined();
    const broken = await fixture.invoke(version, "break", { streaming: true, onChunk: () => {} });
    expect(broken.streamError).toEqual({ type: "Go.Broken", body: '{"errorMessage":"broken"}' });
    const panicked = await fixture.invoke(version, "panic");
    expect(panicked.payload.toString()).toContain("exit status 2");
    expect(panicked.logTail.toString()).toContain("panic: asked to");
    expect(parsePayload(await fixture.invoke(version, 3))).toEqual({ echo: 3 });
  });
});

describe.skipIf(rust === undefined)("Rust", () => {
  test("answers over one connection", async () => {
    const version = makeBinary(rust!);
    for (const number of [1, 2, 3]) {
      const outcome = await fixture.invoke(version, { number });
      expect(parsePayload(outcome)).toEqual([{ number }, 256]);
      expect(outcome.logTail.toString()).toContain("rust has 256 MB\n");
    }
  });
});
