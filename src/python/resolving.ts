import type { Context } from "../context.ts";
import type { Compilation } from "./compilation.ts";
import type { HttpClient } from "./http.ts";
import type { Interpreter } from "./interpreter.ts";

/** What an attempt to resolve works with. */
export interface Resolving {
  readonly compilation: Compilation;
  readonly http: HttpClient;
  readonly interpreter: Interpreter;
  readonly context: Context;
}
