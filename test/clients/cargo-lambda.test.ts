/** cargo-lambda, by the wheel that PyPI has of it, with a function in Rust. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rustSource } from "../../src/local/runtime/test-rust-program.ts";
import { type Env, runProgram, temporaryFolder, writeFiles } from "../support/brig.ts";
import { installPackages } from "../support/python-environment.ts";
import { type LocalService, role, startLocalService } from "./local-service.ts";

let service: LocalService;
let bin: string | undefined;

beforeAll(async () => {
  [service, bin] = await Promise.all([
    startLocalService(),
    installPackages("cargo-lambda", ["cargo-lambda==1.9.2"]),
  ]);
});
afterAll(() => service.dispose());

test("cargo lambda builds, deploys, invokes and deploys again", async ({ skip }) => {
  if (bin === undefined) return skip("cargo-lambda cannot be installed here");
  const folder = temporaryFolder();
  if ((await runProgram("cargo", ["--version"], folder).catch(() => undefined))?.status !== 0)
    return skip("Rust is not installed");
  writeFiles(folder, {
    "Cargo.toml": '[package]\nname = "rusty"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": rustSource,
  });
  const env: Env = { ...service.env, CARGO_NET_OFFLINE: "true", CARGO_TARGET_DIR: undefined };
  const cargo = async (verb: string, ...args: readonly string[]): Promise<string> => {
    const file = join(bin!, "cargo-lambda");
    const { status, stdout, stderr } = await runProgram(file, ["lambda", verb, ...args], folder, env);
    expect({ verb, status, stderr }).toMatchObject({ verb, status: 0 });
    return stdout;
  };
  const remote = ["--endpoint-url", service.endpoint, "--alias", "live"];
  const deploy = async (memory: string): Promise<unknown> => {
    const place = ["--role", role, "--enable-function-url", "--memory", memory, "-o", "json"];
    // Its progress goes the same way, before.
    const said = await cargo("deploy", ...remote, ...place, "rusty");
    return JSON.parse(said.slice(said.indexOf("{"))) as unknown;
  };
  const invoke = async (): Promise<unknown> =>
    JSON.parse(
      await cargo("invoke", "--remote", ...remote, "--data-ascii", '{"a": "ü"}', "rusty"),
    ) as unknown;

  await cargo("build", "--compiler", "cargo", "--output-format", "zip");
  expect(await deploy("256")).toMatchObject({
    version: "1",
    alias: "live",
    function_url: expect.any(String),
  });
  expect(await invoke()).toEqual([{ a: "ü" }, 256]);
  expect(await deploy("512")).toMatchObject({ version: "2", alias: "live" });
  expect(await invoke()).toEqual([{ a: "ü" }, 512]);
  expect(service.said()).toContain("rust has 512 MB");
});
