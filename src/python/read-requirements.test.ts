import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { readRequirements } from "./read-requirements.ts";
import { decodeRequirements, parseLogicalLines } from "./requirement-lines.ts";
import { splitWords } from "./requirement-options.ts";
import type { Requirements } from "./requirements.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "brig requirements-")));
  folder = join(root, "functions/hello");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function read(
  content: string | Uint8Array,
  env: Record<string, string> = {},
  groups: string[] = [],
): Requirements {
  write({ "requirements.txt": content });
  const context: Context = {
    cwd: folder,
    env,
    now: () => new Date(),
    signal: new AbortController().signal,
    report: () => {},
  };
  return readRequirements({ folder, boundary: root, file: "requirements.txt", groups }, context);
}

function fault(
  content: string,
  env: Record<string, string> = {},
): { code: string; message: string; hint: string | null } {
  try {
    read(content, env);
  } catch (cause) {
    if (cause instanceof BrigError) return { code: cause.code, message: cause.message, hint: cause.hint };
    throw cause;
  }
  throw new Error(`no fault in ${content}`);
}

/** `undefined` where nothing is wrong; what is no BrigError goes through. */
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (cause) {
    if (cause instanceof BrigError) return cause.code;
    throw cause;
  }
}

describe("requirements as pip reads them", () => {
  test.each([
    ["requests", "requests", "requests"],
    ["Requests_OAuthlib >= 1.0 , < 2", "requests-oauthlib", "requests-oauthlib>=1.0,<2"],
    ["requests \\\n  >=2", "requests", "requests>=2"],
    [
      "requests[security, socks]==2.8.* ; python_version < '3.15' # why",
      "requests",
      "requests[security,socks]==2.8.* ; python_version < '3.15'",
    ],
    ["foo (>=1)", "foo", "foo>=1"],
    ["foo===1.0-weird", "foo", "foo===1.0-weird"],
    ["foo~=1.4.5a4", "foo", "foo~=1.4.5a4"],
    ["\ufefffoo", "foo", "foo"],
    ["foo @ https://example.org/foo-1.0.zip#sha1=x", "foo", "foo @ https://example.org/foo-1.0.zip#sha1=x"],
    ["https://example.org/foo-1.0.zip#egg=Foo[x]", "foo", "foo[x] @ https://example.org/foo-1.0.zip"],
    [
      "git+https://example.org/a/b@v1#egg=b&subdirectory=py",
      "b",
      "b @ git+https://example.org/a/b@v1#subdirectory=py",
    ],
    ["-e git+https://example.org/a/b#egg=b", "b", "b @ git+https://example.org/a/b"],
    [
      "https://example.org/a;b.zip ; python_version>'3'",
      undefined,
      "https://example.org/a;b.zip ; python_version>'3'",
    ],
    ["foo==1 --config-settings=a=b", "foo", "foo==1"],
  ])("%s", (line, name, text) => {
    const [first, second] = read(`${line}\n`).requirements;
    expect(second).toBeUndefined();
    expect({ name: first?.name, text: first?.text }).toEqual({ name, text });
  });

  test.each([
    ["foo bar", /^requirements\.txt:1: "foo bar" is no requirement$/, /foo/],
    ["\n\nfoo=1.0", /^requirements\.txt:3: "foo=1\.0" is no requirement$/, /^foo==1\.0$/],
    ["foo>=", /requirements\.txt:1/, /foo/],
    ["foo>=1,,<2", /requirements\.txt:1/, /foo/],
    ["foo; python_vers < '3'", /python_vers.* is no variable of a marker/, /python_version/],
    ["--no-such-option", /^requirements\.txt:1: unknown option "--no-such-option"$/, /pip\.pypa\.io/],
    ["-z", /unknown option "-z"/, /./],
    ["--index-url", /--index-url needs a value/, null],
    ["hg+https://example.org/x", /hg is no version control system/, /git/],
    ["-r none.txt", /^requirements\.txt:1: there is no file none\.txt$/, /none/],
    ["-r https://example.org/r.txt", /cannot be locked/, /-r/],
    ["./none.whl", /there is no \.\/none\.whl/, /ls/],
    ["foo --hash=sha512:00", /is not a sha256/, /pip hash/],
    ['--find-links "a', /has no end/, null],
  ])("%s is refused with its place", (content, message, hint) => {
    const found = fault(content);
    expect(found.code).toBe("requirements-invalid");
    expect(found.message).toMatch(message);
    if (hint === null) return;
    expect(found.hint).toMatch(hint);
  });

  test("includes are relative to the including file, constraints apart, each file an input once", () => {
    write({ "deps/a.txt": "-r b.txt\nalpha\n", "deps/b.txt": "beta\n-c ../c.txt\n", "c.txt": "gamma<2\n" });
    const found = read("-r deps/a.txt\n--requirement=deps/b.txt\n");
    expect(found.requirements.map((line) => [line.name, line.place])).toEqual([
      ["beta", "deps/b.txt:1"],
      ["alpha", "deps/a.txt:2"],
      ["beta", "deps/b.txt:1"],
    ]);
    expect(found.constraints.map((line) => line.text)).toEqual(["gamma<2", "gamma<2"]);
    expect(found.files.map((each) => each.file.slice(folder.length + 1)).toSorted()).toEqual([
      "c.txt",
      "deps/a.txt",
      "deps/b.txt",
      "requirements.txt",
    ]);
  });

  test("files that include each other are named", () => {
    write({ "a.txt": "-r requirements.txt\n" });
    expect(fault("-r a.txt\n").message).toBe(
      "a.txt:1: requirements files include each other: requirements.txt → a.txt → requirements.txt",
    );
  });

  test("options of a whole file", () => {
    write({ "wheels/x.txt": "" });
    const { options } = read(
      "-i https://one.example/simple\n--index-url=https://two.example/simple --extra-index-url https://three.example/simple\n" +
        "-f wheels\n--find-links ./none\n--no-index\n--pre\n--prefer-binary\n--trusted-host three.example\n--no-binary Foo_Bar,baz\n--only-binary :all:\n",
    );
    expect(options).toMatchObject({
      indexUrl: "https://two.example/simple",
      extraIndexUrls: ["https://three.example/simple"],
      findLinks: [join(folder, "wheels")],
      noIndex: true,
      allowPrereleases: true,
      trustedHosts: ["three.example"],
      noBinary: new Set(["foo-bar", "baz"]),
      onlyBinary: new Set([":all:"]),
    });
  });

  test("several hashes, over several lines", () => {
    const [one, other] = ["a".repeat(64), "B".repeat(64)];
    const [found] = read(
      `foo==1.0 \\\n    --hash=sha256:${one} \\\n    --hash sha256:${other}\n`,
    ).requirements;
    expect(found).toMatchObject({
      name: "foo",
      pin: "1.0",
      text: "foo==1.0",
      hashes: [one, other.toLowerCase()],
    });
  });

  test("variables are put in place; the token of an address is no input and in no text", () => {
    const line = "foo @ https://user:${TOKEN}@example.org/foo.zip\n${UNSET}\n".split("\n")[0] ?? "";
    const one = read(line, { TOKEN: "first-secret" });
    const other = read(line, { TOKEN: "other-secret" });
    expect(one.requirements[0]?.text).toContain("first-secret");
    expect(one.expanded).toEqual(other.expanded);
    expect(JSON.stringify([one.expanded, one.requirements[0]?.written])).not.toContain("secret");
    expect(read("foo==${VERSION}", { VERSION: "1" }).expanded).not.toEqual(
      read("foo==${VERSION}", { VERSION: "2" }).expanded,
    );
  });
});

test("a token in an address is no input, whether it is set or not", () => {
  const text = "--index-url https://me:${TOKEN}@index.example/simple\none\n";
  expect(read(text, { TOKEN: "s3cr3t" }).expanded).toEqual([]);
  expect(read(text).expanded).toEqual([]);
  expect(read("--index-url https://${HOST}/simple\n", { HOST: "a.example" }).expanded).toHaveLength(1);
});

describe("paths", () => {
  const manifest = '[project]\nname = "Common_Lib"\nversion = "1"\n';

  test("a source folder is an input by the files that state its dependencies", () => {
    write({ "../../lib/common/pyproject.toml": manifest, "../../lib/common/code.py": "x = 1\n" });
    const found = read("../../lib/common\n");
    expect(found.requirements[0]).toMatchObject({ name: "common-lib", kind: "directory" });
    expect(found.requirements[0]?.text).toMatch(
      /^common-lib @ file:\/\/\/.*brig%20requirements.*\/lib\/common$/,
    );
    expect(found.localPaths).toEqual([{ kind: "directory", path: join(root, "lib/common") }]);
    const name = join(root, "lib/common/pyproject.toml");
    const before = found.files.find((each) => each.file === name)?.sha256;
    write({ "../../lib/common/pyproject.toml": `${manifest}dependencies = ["six"]\n` });
    expect(read("../../lib/common\n").files.find((each) => each.file === name)?.sha256).not.toBe(before);
  });

  test.each(["./lib[extra]", "-e ./lib", "common-lib @ file:./lib", "lib/"])("%s", (line) => {
    write({ "lib/pyproject.toml": manifest });
    const found = read(line);
    expect(found.localPaths).toEqual([{ kind: "directory", path: join(folder, "lib") }]);
    expect(found.requirements[0]?.name).toBe("common-lib");
  });

  test("what lies outside of the repository, by path or by link, is refused", () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "brig-outside-")));
    writeFileSync(join(outside, "pyproject.toml"), manifest);
    symlinkSync(outside, join(folder, "linked"));
    expect(fault(`${outside}\n`).code).toBe("link-outside");
    expect(fault(`file://${outside}\n`).code).toBe("link-outside");
    expect(fault("./linked\n").code).toBe("link-outside");
    expect(fault(`-r ${outside}/pyproject.toml\n`).code).toBe("link-outside");
    rmSync(outside, { recursive: true });
  });

  test("a folder that cannot be installed", () => {
    write({ "lib/x.py": "" });
    expect(fault("./lib\n").message).toContain("has neither pyproject.toml nor setup.py");
  });
});

function readProject(text: string, groups: string[] = []): Requirements {
  write({ "pyproject.toml": text });
  const context: Context = {
    cwd: folder,
    env: {},
    now: () => new Date(),
    signal: new AbortController().signal,
    report: () => {},
  };
  return readRequirements({ folder, boundary: root, file: undefined, groups }, context);
}

describe("pyproject.toml", () => {
  test("stands in for requirements.txt, with groups, and a uv.lock beside it", () => {
    const found = readProject(
      '[project]\nname = "f"\ndependencies = []\n[dependency-groups]\nextra = ["six"]\n',
      ["extra"],
    );
    expect(found.project).toEqual({
      file: join(folder, "pyproject.toml"),
      withDependencies: true,
      groups: ["extra"],
      uvLock: undefined,
    });
    write({ "uv.lock": "version = 1\n" });
    expect(readProject('[project]\nname = "f"\n').project?.uvLock).toBe(join(folder, "uv.lock"));
  });

  test("one that only configures tools requires nothing", () => {
    expect(readProject("[tool.ruff]\nline-length = 100\n").project).toBeUndefined();
  });

  test.each([
    ['[project]\nname = "f"\ndynamic = ["dependencies"]\n', [], /dynamic/],
    ["[project\n", [], /^pyproject\.toml:1:\d+: /],
    ['[project]\nname = "f"\n', ["none"], /no dependency group "none"/],
  ])("%s is refused", (text, groups, message) => {
    expect(() => readProject(text, groups)).toThrow(message);
  });
});

describe("any text at all", () => {
  const lines = fc.array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "foo",
        "-r",
        "-e .",
        "--hash=sha256:x",
        "\\",
        "#",
        "a @ b",
        "[x]",
        "; os_name",
        "${A}",
        "git+x://y",
        "'",
        "-c x",
        "file:",
        "file:///%ff",
        "./",
        "==",
      ),
    ),
  );
  test("is read or refused with a code, never a crash", () => {
    fc.assert(
      fc.property(lines, fc.constantFrom("\n", " ", ""), (parts, separator) => {
        const code = codeOf(() => read(parts.join(separator)));
        expect([undefined, "requirements-invalid", "link-outside"]).toContain(code);
      }),
      { numRuns: 400 },
    );
  });

  test("bytes that are no text are refused, UTF-16 with its mark is read", () => {
    expect(() => decodeRequirements(Buffer.from([0x66, 0xe9]), "r.txt")).toThrow(/not UTF-8/);
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("foo\r\n", "utf16le")]);
    expect(read(utf16).requirements[0]?.name).toBe("foo");
  });

  test("logical lines keep every character of names, and the number of their first line", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 3 })), (rows) => {
        const text = rows.map((row) => `# before\n${row.join(" \\\n")} # after\n`).join("");
        const found = parseLogicalLines(text);
        expect(found.map((line) => line.text.split(/\s+/))).toEqual(rows);
        expect(
          found.map((line) => text.split("\n")[line.line - 1]?.startsWith(line.text.split(" ")[0] ?? "")),
        ).toEqual(rows.map(() => true));
      }),
    );
  });

  test("words come back from any quoting", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
        expect(splitWords(quoted)).toEqual(words);
      }),
    );
  });
});
