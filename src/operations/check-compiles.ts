import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { runProgram } from "../run-program.ts";

const program = `import sys
try:
    compile(open(sys.argv[1], "rb").read(), sys.argv[2], "exec")
except (SyntaxError, ValueError) as error:
    print(error)
    sys.exit(1)
`;

/**
 * A build takes Python files that do not compile: packages ship templates. But one that had bytecode in the code that runs, and has
 * none any more, was broken by the edit.
 *
 * @param before the tree that runs
 * @throws BrigError `function-failed`
 */
export async function checkCompiles(
  tree: StagedTree,
  before: StagedTree,
  interpreter: Interpreter,
  context: Context,
): Promise<void> {
  for (const path of findUncompiled(tree, before)) {
    const args = ["-S", "-c", program, join(tree.folder, path), path];
    const { status, stdout } = await runProgram(interpreter.file, args, {
      cwd: tree.folder,
      env: context.env,
      signal: context.signal,
    });
    if (status !== 0) throw new BrigError("function-failed", `${path} does not compile: ${stdout.trim()}`);
  }
}

/** Sources in both trees whose bytecode is in the earlier one only. */
export function findUncompiled(
  tree: Pick<StagedTree, "files">,
  before: Pick<StagedTree, "files">,
): readonly string[] {
  return Object.keys(before.files).flatMap((path) => {
    if (!path.endsWith(".pyc") || path in tree.files) return [];
    const source = path.replace(/__pycache__\/([^/]+)\.[^./]+\.pyc$/, "$1.py");
    return source in tree.files ? [source] : [];
  });
}
