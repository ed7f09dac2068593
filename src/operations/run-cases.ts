import { randomUUID } from "node:crypto";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { AwsFault } from "../local/aws-fault.ts";
import type { LogEvent } from "../local/contract.ts";
import { diffExpectation, renderDifferences } from "../local/events/expectation.ts";
import { makeTraceId } from "../local/invoke/trace-id.ts";
import type { LocalLambda } from "../local/local-lambda.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { localPlace } from "./local-place.ts";
import { knowOnly } from "./find-languages.ts";
import { openLocalLambda } from "./open-local-lambda.ts";
import { type CaseResults, expectationEnding, readCase, type TestCase } from "./test-cases.ts";

/**
 * Invokes the function once for each case in local Lambda and compares. A case that fails is a result, not an error.
 *
 * @throws BrigError `config-invalid`, `python-missing`, `tool-missing`
 */
export async function runCases(
  folder: FunctionFolder,
  names: readonly string[],
  put: PutFunction,
  interpreter: Interpreter | undefined,
  context: Context,
): Promise<CaseResults> {
  const cases = names.map((name) => readCase(folder, name));
  let log = "";
  const logSink = ({ message }: LogEvent): void => {
    // What Lambda itself writes is the same for each case.
    if (/^(START|END|REPORT) RequestId: /.test(message)) return;
    log += message.endsWith("\n") ? message : `${message}\n`;
  };
  const setup = { known: knowOnly(interpreter), logSink, withCredentials: false };
  const lambda = await openLocalLambda(setup, context);
  const stop = (): void => void lambda.dispose().catch(() => {});
  context.signal.addEventListener("abort", stop, { once: true });
  const results = { passed: 0, failed: 0, output: "" };
  try {
    await lambda.putFunction(put);
    for (const each of cases) {
      log = "";
      const difference = await runCase(each, put.name, lambda, context);
      context.signal.throwIfAborted();
      if (difference === "") {
        results.passed += 1;
        continue;
      }
      results.failed += 1;
      const report = `events/${each.name}.json: the answer is not that of ${each.name}${expectationEnding}\n`;
      results.output += `${report}${indent(difference)}${log === "" ? "" : indent(log)}`;
    }
    return results;
  } catch (cause) {
    if (cause instanceof AwsFault) {
      throw new BrigError("config-invalid", cause.message, `look at ${folder.path}/brig.yaml`, { cause });
    }
    throw cause;
  } finally {
    context.signal.removeEventListener("abort", stop);
    await lambda.dispose();
  }
}

async function runCase(
  { event, expectation }: TestCase,
  name: string,
  lambda: LocalLambda,
  context: Context,
): Promise<string> {
  const target = lambda.directory.resolveTarget(name, undefined, localPlace.region);
  const outcome = await lambda.executor.invoke(target.version, {
    requestId: randomUUID(),
    payload: event,
    invokedArn: target.invokedArn,
    traceId: makeTraceId(context.now()),
    streaming: false,
  });
  return renderDifferences(diffExpectation(outcome, expectation));
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}\n`)
    .join("");
}
