/** No value of an environment variable, no key and no presigned address is seen anywhere but in AWS itself. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorkspace } from "./support/brig.ts";
import { brigHere, helloFiles, sourceOf } from "./support/deploy.ts";
import { canarySecret, type StandIn, startStandIn } from "./stand-in/stand-in.ts";

/** Values in all shapes in which they could slip through. */
const canaries = {
  plain: "canary-4f1b9c",
  quoted: 'canary "with" quotes \\ and = {braces}',
  lines: "canary\nof\nlines",
  stranger: "canary-of-a-stranger",
  earlier: "canary-of-earlier",
};
/** What is looked for: pieces that survive escaping. */
const pieces = ["canary", canarySecret, "X-Amz-Signature"];

const variables = (more = ""): string =>
  '{FunctionName: hello, Environment: {Variables: {TOKEN: "${env:TOKEN}", QUOTED: "${env:QUOTED}", ' +
  `LINES: "\${env:LINES}", LEVEL: info${more}}}}`;

let aws: StandIn;
let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  aws = await startStandIn();
  folder = makeWorkspace(helloFiles(variables(', EARLIER: "${env:EARLIER}"')));
  env = {
    ...aws.env,
    TOKEN: canaries.plain,
    QUOTED: canaries.quoted,
    LINES: canaries.lines,
    EARLIER: canaries.earlier,
    LARGE: "canary".repeat(800),
  };
});

afterAll(async () => await aws.dispose());

/** The target `next` has the same settings under another name. */
function settingsOf(members: string): string {
  const [first, live] = helloFiles(members)["brig.yaml"]!.split("\ntargets: {live: ") as [string, string];
  const own = live.trimEnd().slice(0, -1);
  return `${first}\ntargets: {live: ${own}, next: ${own.replace("FunctionName: hello", "FunctionName: other")}}\n`;
}

function write(members: string, edition: number): void {
  writeFileSync(join(folder, "brig.yaml"), settingsOf(members));
  writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), sourceOf(edition));
}

/** Runs a command in each of its ways to speak; whatever it says must not hold a canary. */
async function quietly(
  args: readonly string[],
  status: number,
  ways = [[], ["--json"], ["--verbose"]],
): Promise<string> {
  let all = "";
  for (const way of ways) {
    const run = await brigHere(folder, [...args, ...way], env);
    const said = run.stdout + run.stderr;
    expect(run.status, `${args.join(" ")}: ${said}`).toBe(status);
    for (const piece of pieces) expect(said, args.join(" ")).not.toContain(piece);
    all += said;
  }
  return all;
}

/** Every file of the workspace: builds, manifests, plans, states. */
function expectCleanFiles(): void {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(names.some((name) => /builds\/.*\.json$/.test(name))).toBe(true);
  for (const name of names) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, "latin1");
    for (const piece of pieces) expect(text.includes(piece), `${name} holds ${piece}`).toBe(false);
  }
}

function expectCleanDescriptions(): void {
  const owner = aws.function("hello");
  const texts = [
    ...[...owner.aliases.values()].map(({ description }) => description),
    ...[owner.latest, ...owner.versions.values()].map(({ config }) => config["Description"]),
    ...owner.tags,
  ];
  expect(JSON.stringify(texts)).not.toContain("canary");
}

const target = ["--target", "live"];

test("plans, deploys, comparisons, histories and files hide every value", async () => {
  const plan = join(folder, "plan.json");
  await quietly(["deploy", "hello", ...target, "--dry-run"], 0);
  await quietly(["deploy", "hello", ...target, "--yes", "--dry-run", "--out", plan], 0, [[]]);
  expect(readFileSync(plan, "utf8")).toContain("TOKEN");
  expectCleanFiles();
  const said = await quietly(["deploy", "hello", ...target, "--yes", "--plan", plan], 0, [["--json"]]);
  expect(said).toContain('"***"');
  expect(aws.function("hello").latest.config["Environment"]).toEqual({
    Variables: {
      TOKEN: canaries.plain,
      QUOTED: canaries.quoted,
      LINES: canaries.lines,
      LEVEL: "info",
      EARLIER: canaries.earlier,
    },
  });
  rmSync(plan);
  write(variables(), 2);
  env = { ...env, TOKEN: "canary-other" };
  expect(await quietly(["diff", "hello", ...target], 0)).toContain("TOKEN");
  await quietly(["deploy", "hello", ...target, "--yes"], 0, [["--verbose"]]);
  await quietly(["deploy", "hello", ...target, "--yes"], 0);
  await quietly(["status", ...target], 0);
  await quietly(["versions", "hello", ...target], 0);
  await quietly(["verify", "hello", ...target], 1);
  await quietly(["logs", "hello", ...target], 0);
  expect(await quietly(["rollback", "hello", ...target, "--yes"], 0, [["--verbose"]])).toContain("TOKEN");
  await quietly(["deploy", "hello", ...target, "--yes"], 0, [["--json"]]);
  await quietly(["promote", "hello", "--from", "live", "--to", "next", "--yes"], 0);
  expectCleanFiles();
  expectCleanDescriptions();
});

test("what AWS refuses is told without the values that AWS echoes", async () => {
  write(variables(', LARGE: "${env:LARGE}"'), 3);
  const said = await quietly(["deploy", "hello", ...target, "--yes"], 1);
  expect(said).toContain("4KB");
  write(variables(', "A-B": "${env:TOKEN}"'), 3);
  await quietly(["deploy", "hello", ...target, "--yes"], 1);
  write(variables(), 4);
  aws.behaviour.denied.add("lambda:UpdateFunctionCode");
  expect(await quietly(["deploy", "hello", ...target, "--yes"], 1)).toContain("access-denied");
  aws.behaviour.denied.clear();
  expectCleanFiles();
});

test("a stranger's variable is named, not shown", async () => {
  const { latest } = aws.function("hello");
  const { Variables } = latest.config["Environment"] as { Variables: Record<string, string> };
  latest.config = {
    ...latest.config,
    Environment: { Variables: { ...Variables, STRANGE: canaries.stranger } },
  };
  latest.revisionId = aws.world.newRevision();
  const run = await brigHere(folder, ["deploy", "hello", ...target, "--yes", "--json"], env);
  expect(run.stdout + run.stderr).not.toContain("canary");
  const kept = aws.function("hello").latest.config["Environment"] as typeof latest.config;
  expect(JSON.stringify(kept)).toContain(canaries.stranger);
  if (run.status !== 0) expect(run.stdout).toContain("STRANGE");
  expectCleanFiles();
});
