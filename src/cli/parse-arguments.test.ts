import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BrigError } from "../errors.ts";
import { commands } from "./commands/table.ts";
import { renderCommandHelp, renderHelp } from "./help.ts";
import { flagName, parseArguments } from "./parse-arguments.ts";

describe("parseArguments", () => {
  test("flags of brig itself stand before the verb or after it", () => {
    const after = parseArguments(["build", "hello", "--json", "-C", "x", "--color", "never"], commands);
    for (const argv of [
      ["--json", "-C", "x", "--color", "never", "build", "hello"],
      ["-C", "x", "build", "--json", "hello", "--color=never"],
      ["--directory=x", "--color", "never", "--json", "build", "hello"],
      ["-Cx", "build", "--color", "never", "--json", "--", "hello"],
    ]) {
      const parsed = parseArguments(argv, commands);
      expect(parsed.command?.name).toBe("build");
      expect(parsed.positionals).toEqual(["hello"]);
      expect(parsed.global).toEqual(after.global);
    }
    expect(after.global).toMatchObject({ directory: "x", json: true, quiet: false, color: "never" });
  });

  test("counts, lists, flags with hyphens; what is not given is undefined", () => {
    const build = parseArguments(["build", "--jobs", "4", "--no-test"], commands).flags;
    expect(build).toMatchObject({ jobs: 4, noTest: true, testonly: false });
    expect(parseArguments(["build"], commands).flags).toMatchObject({ jobs: undefined });
    const lock = parseArguments(["lock", "--upgrade-package", "a", "--upgrade-package=b"], commands).flags;
    expect(lock).toMatchObject({ upgradePackage: ["a", "b"], upgrade: false });
    expect(parseArguments(["lock"], commands).flags).toMatchObject({ upgradePackage: [] });
    expect(flagName("upgradePackage")).toBe("upgrade-package");
  });

  test("a name after -- may look like a flag", () => {
    expect(parseArguments(["build", "--", "--odd"], commands).positionals).toEqual(["--odd"]);
  });

  test("a flag without its value says so in one line", () => {
    for (const argv of [
      ["build", "--jobs", "--json"],
      ["build", "--jobs"],
    ])
      expect(() => parseArguments(argv, commands)).toThrow("brig build: the flag --jobs needs a value");
  });

  test("any command line is parsed or refused as usage-invalid, with one sentence", () => {
    const words = [
      ...commands.map(({ name }) => name),
      "--json",
      "-C",
      "-q",
      "--jobs",
      "--help",
      "--",
      "-",
      "=",
      "--=",
      "-qv",
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 6 }), (argv) => {
        try {
          parseArguments(argv, commands);
        } catch (error) {
          expect(error).toBeInstanceOf(BrigError);
          expect(error).toMatchObject({ code: "usage-invalid" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("help names every verb and every flag, and its examples can be parsed", () => {
  const help = renderHelp(commands);
  for (const command of commands) {
    expect(help).toContain(`  ${command.name} `);
    const own = renderCommandHelp(command);
    for (const name of Object.keys(command.flags)) expect(own).toContain(`--${flagName(name)}`);
    for (const example of command.examples) {
      expect(own).toContain(example);
      const words = /^(?:eval "\$\()?brig ([^>)|]*)/.exec(example)?.[1];
      // A shell takes quotes and pipes apart, this test does not.
      if (words === undefined || words.includes("'")) continue;
      expect(() => parseArguments(words.trim().split(/\s+/), commands)).not.toThrow();
    }
  }
});
