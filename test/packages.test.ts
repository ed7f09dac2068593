/** Real packages: the zip holds what `pip install --target` of the same versions makes, file for file. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../src/build/manifest.ts";
import type { BuildRow } from "../src/build/report.ts";
import { contentFile } from "../src/store/content.ts";
import { compareBytewise } from "../src/workspace/compare-bytewise.ts";
import { buildOne, makeWorkspace, runProgram, temporaryFolder } from "./support/brig.ts";
import { lacks, pythonFile, runPython, runtime, sharedStore } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";
import { zipNames } from "./support/zip-names.ts";

/** What makes a package worth comparing stands behind it; versions are fixed so that a comparison means the same tomorrow. */
const functions: Readonly<Record<string, string>> = {
  web: `
fastapi==0.121.2            # files of mode 0600 in annotated-doc
pydantic==2.12.4            # a Rust extension in pydantic-core
requests==2.32.5
certifi==2025.11.12         # a data file
charset-normalizer==3.4.4   # mypyc extensions, launchers
six==1.17.0                 # a single module
typing_extensions==4.15.0   # a single module
jmespath==1.0.1             # .data/scripts
jinja2==3.1.6
pyyaml==6.0.3
cryptography==46.0.3        # an abi3 wheel
attrs==25.4.0               # two packages in one
python-dateutil==2.9.0.post0
simplejson==3.20.2
click==8.3.1
rich==14.2.0
tqdm==4.67.1
orjson==3.11.4
aiohttp==3.13.2             # many small extensions below it
docopt==0.6.2               # an sdist and nothing else
anytree==2.13.0             # files of mode 0600
jsonref==1.1.0
distlib==0.4.0              # .exe files among its data
packaging==25.0
setuptools==80.9.0          # other packages' dist-infos inside, a .pth file
`,
  science: `
google-cloud-storage==3.5.0     # namespace packages of google.*
googleapis-common-protos==1.72.0
protobuf==6.33.1                # zip64 extra fields in local headers
zope.interface==8.1.1           # a namespace package with an extension
zope.event==6.1
ruamel.yaml==0.18.16            # a namespace package
ruamel.yaml.clib==0.2.15
jaraco.functools==4.3.0
pytz==2025.2                    # hundreds of data files
tzdata==2025.2
numpy==2.3.5                    # shared libraries in a folder of their own
greenlet==3.2.4                 # headers
notebook_shim==0.2.4            # .data/data
selenium==4.38.0                # zip64 extra fields, executable programs among its data
msgpack==1.1.2
wrapt==2.0.1
regex==2025.11.3                # two wheels with equally good tags
lxml==6.0.2
pillow==12.0.0
`,
};

const leftOut =
  /^(?:bin|include)\/|(?:^|\/)__pycache__\/|^[^/]+\.dist-info\/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;

interface Built {
  readonly row: BuildRow;
  readonly manifest: Manifest;
  readonly zip: string;
  readonly stg: string;
}
const built = new Map<string, Built>();

/** The versions above have wheels for these, and so need one of them. */
const scientific = ["3.13", "3.12"].find((each) => !lacks(each));
const bytecode = `cpython-${(scientific ?? "").replace(".", "")}.pyc`;

describe.skipIf(scientific === undefined)("real packages (needs Python 3.12 or 3.13)", () => {
  beforeAll(async () => {
    const files = Object.entries(functions).flatMap(([name, requirements]) => [
      [`functions/${name}/requirements.txt`, requirements],
      [`functions/${name}/src/lambda_function.py`, "def lambda_handler(event, context):\n    return 1\n"],
    ]);
    const folder = makeWorkspace({
      "brig.yaml": `function: {Runtime: python${scientific}}\n`,
      ...Object.fromEntries(files),
    });
    for (const name of Object.keys(functions)) {
      const row = await buildOne(folder, ["build", name]);
      expect(row.error).toBeNull();
      const manifest: Manifest = JSON.parse(readFileSync(join(folder, row.manifest!), "utf8"));
      built.set(name, {
        row,
        manifest,
        zip: join(folder, row.zip!),
        stg: join(folder, "functions", name, "stg"),
      });
    }
  });

  test("more than forty packages of every kind", () => {
    const names = new Set(
      [...built.values()].flatMap(({ manifest }) => manifest.wheels.map(({ name }) => name)),
    );
    expect(names.size).toBeGreaterThan(60);
  });

  for (const name of Object.keys(functions)) {
    describe(name, () => {
      test("the same files, bytes and executable bits as pip install --target", async () => {
        const { manifest, zip, stg } = built.get(name)!;
        const [python, folder] = [await pythonFile(scientific!), temporaryFolder("brig pip ")];
        const target = await installByPip(manifest, python, folder);
        const pip = listFolder(target).filter(([path]) => !leftOut.test(path));
        const own = (each: readonly [string, string]): boolean =>
          !/(?:^|\/)__pycache__\/|^lambda_function\.py$/.test(each[0]);
        expect(listZip(python, zip).filter(own)).toEqual(pip);
        expect(listFolder(stg).filter(own)).toEqual(pip);
        expect(pip.length).toBeGreaterThan(1000);
      });

      test("other programs find the zip sound", () => {
        const { zip, row } = built.get(name)!;
        expect(execFileSync("unzip", ["-tqq", zip], { encoding: "utf8" })).toBe("");
        const rows = execFileSync("zipinfo", ["-lT", zip], { encoding: "utf8", maxBuffer: 1 << 26 })
          .split("\n")
          .slice(2, -2);
        expect(rows).toHaveLength(zipNames(zip).length);
        const odd = rows.filter(
          (line) => !/^-rw[-x]r-[-x]r-[-x]  2\.0 unx +\d+ b- +\d+ (?:defN|stor) 19800101\.000000 /.test(line),
        );
        expect(odd).toEqual([]);
        expect(new Set(rows.map((line) => line.slice(0, 10)))).toEqual(new Set(["-rw-r--r--", "-rwxr-xr-x"]));
        expect(statSync(zip).size).toBe(row.size);
        expect(createHash("sha256").update(readFileSync(zip)).digest("base64")).toBe(row.codeSha256);
      });

      test("dependencies first, bytewise, then first-party files", () => {
        const names = zipNames(built.get(name)!.zip);
        expect(names.slice(-2)).toEqual([`__pycache__/lambda_function.${bytecode}`, "lambda_function.py"]);
        const dependencies = names.slice(0, -2);
        expect(dependencies).toEqual(dependencies.toSorted(compareBytewise));
      });

      test("every module that can be compiled has its bytecode", async () => {
        const { zip, stg } = built.get(name)!;
        const names = new Set(zipNames(zip));
        const sources = [...names].filter((path) => path.endsWith(".py"));
        const bare = sources.filter(
          (path) => !names.has(path.replace(/([^/]+)\.py$/, `__pycache__/$1.${bytecode}`)),
        );
        // What this Python cannot compile has none.
        const broken: unknown = JSON.parse(
          runPython(await pythonFile(scientific!), compileAll, [stg, ...bare]),
        );
        expect(bare).toEqual(broken);
      });
    });
  }

  test("what was installed can be imported from the staging tree", async () => {
    const python = await pythonFile(scientific!);
    const modules: Readonly<Record<string, readonly string[]>> = {
      web: ["fastapi", "requests", "cryptography.fernet", "docopt", "aiohttp", "orjson", "setuptools"],
      science: [
        "google.cloud.storage",
        "zope.interface",
        "ruamel.yaml",
        "numpy",
        "lxml.etree",
        "PIL.Image",
        "selenium",
      ],
    };
    for (const [name, list] of Object.entries(modules)) {
      const program = `import sys; sys.path.insert(0, sys.argv[1]); import ${list.join(", ")}; import importlib.metadata as m; print(len(list(m.distributions(path=sys.argv[1:]))))`;
      const count = Number(
        runPython(python, program, [built.get(name)!.stg], { PYTHONDONTWRITEBYTECODE: "1" }),
      );
      expect(count).toBe(built.get(name)!.manifest.wheels.length);
    }
  });
});

describe("collisions", () => {
  const files = (requirements: string): Readonly<Record<string, string>> => ({
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    "functions/hello/src/lambda_function.py": "lambda_handler = print\n",
    "functions/hello/requirements.txt": `--no-index\n--find-links ../../wheels\n${requirements}`,
  });

  test("two wheels that bring one path with different bytes, both named", async () => {
    const folder = makeWorkspace(files("one\ntwo\nthree\n"));
    const shared = { "shared/same.py": "x = 1\n" };
    writeWheels(
      join(folder, "wheels"),
      { name: "one", files: { "shared/__init__.py": "one = 1\n", ...shared } },
      { name: "two", version: "2.0", files: { "shared/__init__.py": "two = 2\n", ...shared } },
      { name: "three", files: shared },
    );
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toMatchObject({
      code: "path-collision",
      message: "shared/__init__.py comes from one 1.0 and, with other bytes, from two 2.0",
    });
    expect(row.zip).toBeNull();
  });

  test("the same bytes are no collision", async () => {
    const folder = makeWorkspace(files("one\ntwo\n"));
    const shared = { "shared/same.py": "x = 1\n" };
    writeWheels(join(folder, "wheels"), { name: "one", files: shared }, { name: "two", files: shared });
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(zipNames(join(folder, row.zip!)).filter((path) => path === "shared/same.py")).toHaveLength(1);
  });

  test("a first-party file in place of a dependency's", async () => {
    const folder = makeWorkspace({ ...files("one\n"), "functions/hello/src/one.py": "mine = 1\n" });
    writeWheels(join(folder, "wheels"), { name: "one" });
    expect((await buildOne(folder, ["build", "hello"])).error).toMatchObject({
      code: "path-collision",
      message: "one.py comes from one 1.0 and, with other bytes, from the function's source",
    });
  });

  test("a file where another wheel has a folder", async () => {
    const folder = makeWorkspace(files("one\ntwo\n"));
    writeWheels(
      join(folder, "wheels"),
      { name: "one", files: { both: "x" } },
      { name: "two", files: { "both/x.py": "" } },
    );
    expect((await buildOne(folder, ["build", "hello"])).error).toMatchObject({ code: "path-collision" });
  });
});

/** pip installs the very wheels that the manifest names, from a folder; what was built from source it builds itself. */
async function installByPip(manifest: Manifest, python: string, folder: string): Promise<string> {
  const [links, target] = [join(folder, "wheels"), join(folder, "target")];
  mkdirSync(links);
  const store = await sharedStore();
  const sourced = new Set(["docopt"]);
  for (const { name, file, sha256 } of manifest.wheels) {
    if (!sourced.has(name)) linkSync(contentFile(store, "wheels", sha256, ".whl"), join(links, file));
  }
  const pins = manifest.wheels.map(({ name, version }) => `${name}==${version}`);
  const index = manifest.wheels.some(({ name }) => sourced.has(name)) ? [] : ["--no-index"];
  const args = [
    "-m",
    "pip",
    "install",
    "-q",
    "--no-compile",
    "--no-deps",
    "--no-warn-conflicts",
    "--prefer-binary",
  ];
  const { status, stderr } = await runProgram(
    python,
    [...args, ...index, "--find-links", links, "--target", target, ...pins],
    folder,
  );
  if (status !== 0) throw new Error(stderr);
  return target;
}

type Row = readonly [path: string, description: string];

function listFolder(folder: string): Row[] {
  const rows = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((each): Row[] => {
    if (!each.isFile()) return [];
    const file = join(each.parentPath, each.name);
    return [
      [file.slice(folder.length + 1), digestOf(readFileSync(file), (statSync(file).mode & 0o111) !== 0)],
    ];
  });
  return rows.toSorted((one, other) => compareBytewise(one[0], other[0]));
}

function digestOf(bytes: Uint8Array, executable: boolean): string {
  return `${createHash("sha256").update(bytes).digest("hex")}${executable ? " x" : ""}`;
}

/** As Python's zipfile reads it. */
function listZip(python: string, zip: string): Row[] {
  const program = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as file:
    rows = [(i.filename, hashlib.sha256(file.read(i)).hexdigest() + (" x" if i.external_attr >> 16 & 0o111 else "")) for i in file.infolist()]
print(json.dumps(rows))`;
  const rows: Row[] = JSON.parse(runPython(python, program, [zip]));
  return rows.toSorted((one, other) => compareBytewise(one[0], other[0]));
}

const compileAll = `
import json, sys, warnings
warnings.simplefilter("ignore")
broken = []
for path in sys.argv[2:]:
    try:
        compile(open(sys.argv[1] + "/" + path, "rb").read(), path, "exec")
    except Exception:
        broken.append(path)
print(json.dumps(broken))`;
