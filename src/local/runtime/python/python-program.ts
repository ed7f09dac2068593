import { jsonProgram } from "./json-program.ts";
import { logProgram } from "./log-program.ts";
import { mainProgram } from "./main-program.ts";

const imports = String.raw`
"""Runs a Python handler as AWS Lambda does: of brig's local Lambda."""
import _thread
import importlib
import json
import logging
import os
import sys
import time
import traceback
`;

/**
 * The files of the Python runtime's folder, a function's /var/runtime, by name. The bootstrap proper is a module,
 * so that Python keeps its bytecode beside it and starts faster the next time.
 */
export const pythonProgram: Readonly<Record<string, string>> = {
  "brig_runtime.py": `${imports.trimStart()}\n${[mainProgram, jsonProgram, logProgram].join("\n")}`,
  "bootstrap.py": `if __name__ == "__main__":\n    import brig_runtime\n\n    brig_runtime.main()\n`,
};
