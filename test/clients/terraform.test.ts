/** Terraform's provider for AWS, where both are on the machine. */
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Result, runProgram, temporaryFolder } from "../support/brig.ts";
import { runtime } from "../support/python.ts";
import { type LocalService, makeZip, pythonAnswering, role, startLocalService } from "./local-service.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService();
});
afterAll(() => service.dispose());

/** A folder of providers with that for AWS in it: one of those that Terraform itself knows, or a mirror below /opt. */
function findProvider(): string | undefined {
  const opt = existsSync("/opt") ? readdirSync("/opt").map((name) => join("/opt", name)) : [];
  const known = ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"];
  const own = [process.env["TF_PLUGIN_CACHE_DIR"] ?? "", join(homedir(), ".terraform.d", "plugins")];
  return [...own, ...known, ...opt].find((folder) =>
    existsSync(join(folder, "registry.terraform.io", "hashicorp", "aws")),
  );
}

test("terraform applies, plans nothing, applies a change, and destroys", async ({ skip }) => {
  const provider = findProvider();
  const folder = temporaryFolder();
  if ((await runProgram("terraform", ["version"], folder).catch(() => undefined))?.status !== 0)
    return skip("Terraform is not installed");
  if (provider === undefined) return skip("Terraform's provider for AWS is not on this machine");
  copyFileSync(join(import.meta.dirname, "function.tf"), join(folder, "function.tf"));
  for (const answer of ["one", "two"]) writeFileSync(join(folder, `${answer}.zip`), pythonAnswering(answer));
  writeFileSync(join(folder, "layer.zip"), makeZip({ "python/layered.py": "value = 1\n" }));

  const env = { ...service.env, TF_IN_AUTOMATION: "1", TF_CLI_CONFIG_FILE: "/dev/null", GOGC: "400" };
  const terraform = (verb: string, ...args: readonly string[]): Promise<Result> =>
    runProgram("terraform", [verb, "-input=false", "-no-color", ...args], folder, env);
  const variables = (answer: string): readonly string[] => [
    "-var=runtime=" + runtime,
    "-var=role=" + role,
    "-var=answer=" + answer,
  ];
  const done = async (running: Promise<Result>): Promise<string> => {
    const { status, stdout, stderr } = await running;
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  };
  const outputs = async (): Promise<{ readonly result: object; readonly url: string }> => {
    const { stdout } = await runProgram("terraform", ["output", "-json"], folder, env);
    const { result, url } = JSON.parse(stdout) as Record<string, { value: never }>;
    return { result: result!.value, url: url!.value };
  };

  await done(terraform("init", `-plugin-dir=${provider}`));
  const made = await done(terraform("apply", "-auto-approve", ...variables("one")));
  expect(made).toContain("Apply complete! Resources: 11 added, 0 changed, 0 destroyed.");
  const { result, url } = await outputs();
  const live = "arn:aws:lambda:eu-west-1:000000000000:function:terraform-made:live";
  expect(result).toEqual({ answer: "one", arn: live, event: { by: "terraform", for: "one" } });
  expect(url).toMatch(/^http:\/\/\w{32}\.lambda-url\.eu-west-1\.localhost:\d+\/$/);

  const plan = await terraform("plan", "-detailed-exitcode", ...variables("one"));
  expect(plan.stdout).toContain("No changes. Your infrastructure matches the configuration.");
  expect(plan.status).toBe(0);

  // Both functions, the object and the alias; the invocation is made anew.
  const changed = await done(terraform("apply", "-auto-approve", ...variables("two")));
  expect(changed).toContain("Apply complete! Resources: 1 added, 4 changed, 1 destroyed.");
  expect(await outputs()).toMatchObject({ result: { answer: "two", arn: live }, url });

  const gone = await done(terraform("destroy", "-auto-approve", ...variables("two")));
  expect(gone).toContain("Destroy complete! Resources: 11 destroyed.");
  expect(service.said()).not.toMatch(/\n {4}at /);
}, 600_000);
