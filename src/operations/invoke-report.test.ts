import { expect, test } from "vitest";
import { invokeFault, type InvokeReport } from "./invoke-report.ts";

function failing(payload: unknown): InvokeReport {
  return {
    statusCode: 200,
    functionError: "Unhandled",
    executedVersion: "$LATEST",
    payload: Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
    logs: "",
    duration: 1,
    initDuration: null,
    memoryUsed: 1,
    memorySize: 128,
  };
}

function codeOf(errorType: string, errorMessage: string, handler = "app.main"): string | undefined {
  return invokeFault("hello", handler, failing({ errorType, errorMessage }))?.code;
}

test("a function that answered has no fault", () => {
  expect(invokeFault("hello", "app.main", { ...failing({}), functionError: null })).toBeUndefined();
});

test("tells a missing handler from an import of the function's own that fails", () => {
  const lacks = (module: string): string => `Unable to import module 'app': No module named '${module}'`;
  expect(codeOf("Runtime.ImportModuleError", lacks("app"))).toBe("handler-missing");
  expect(codeOf("Runtime.ImportModuleError", lacks("numpy"))).toBe("function-failed");
  expect(codeOf("Runtime.ImportModuleError", lacks("pkg.app"), "pkg/app.main")).toBe("handler-missing");
  expect(codeOf("Runtime.ImportModuleError", "Error: Cannot find module 'index'", "index.handler")).toBe(
    "handler-missing",
  );
  expect(codeOf("Runtime.HandlerNotFound", "Handler 'x' missing on module 'app'")).toBe("handler-missing");
});

test("a timeout, an error, and a payload that says nothing", () => {
  expect(codeOf("Sandbox.Timedout", "RequestId: 1 Error: Task timed out after 3.00 seconds")).toBe(
    "function-timed-out",
  );
  expect(
    invokeFault("hello", "app.main", failing({ errorType: "E", errorMessage: "one\ntwo" }))?.message,
  ).toBe("hello failed: E: one");
  for (const payload of ["", "null", "[]", "no JSON", '{"errorType": 1}'])
    expect(invokeFault("hello", "app.main", failing(payload))?.message).toBe("hello failed");
});
