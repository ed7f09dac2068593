import { AwsFault, notSupported, validationFault } from "../aws-fault.ts";
import type { Answer, RequestContext } from "../route.ts";
import { type Match, type Router, compileRouter } from "../router.ts";
import type { World } from "./call.ts";
import { operations } from "./operations.ts";
import { readInput } from "./read-input.ts";
import { type Operation, loadServiceModel } from "./service-model.ts";
import { validateInput } from "./validate-input.ts";

/** Bytes of a request that brings code: 50 MB of zip as base64, and what stands around it. */
const bodyLimit = 70_167_211;

export interface ControlPlane {
  /** The operation that a request is for, in AWS's model. */
  readonly match: (
    method: string,
    rawPath: string,
    rawQuery: string,
  ) => Promise<Match<Operation> | undefined>;
  /**
   * Does the operation.
   *
   * @throws AwsFault whatever AWS answers, NotImplementedException for an operation that is not supported
   */
  readonly run: (operation: Operation, context: RequestContext) => Promise<Answer>;
  /** Makes a change in turn with those of clients. */
  readonly change: <Result>(work: () => Promise<Result> | Result) => Promise<Result>;
}

/** Lambda's API besides invoking. Changes are made one after the other: AWS refuses some that come together. */
export function createControlPlane(world: World): ControlPlane {
  let router: Promise<Router<Operation>> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result> | Result): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return {
    match: async (method, rawPath, rawQuery) => {
      router ??= loadServiceModel().then((model) => compileRouter(model.operations));
      return (await router)(method, rawPath, rawQuery);
    },
    run: async (operation, context) => {
      const handler = operations[operation.name];
      if (handler === undefined) throw notSupported(operation.name);
      const model = await loadServiceModel();
      const input = readInput(operation, {
        labels: context.labels,
        query: context.query,
        header: (name) => firstOf(context.request.headers[name.toLowerCase()]),
        body: await context.readBody(),
      });
      const errors = validateInput(operation, input, model.enumeration);
      if (errors.length > 0) throw validationFault(errors);
      const { region, account, endpoint } = context;
      const call = { world, region, account, endpoint };
      const work = (): Promise<object | undefined> | object | undefined => handler(input as never, call);
      const output = operation.method === "GET" ? await work() : await inTurn(work);
      return render(operation, output);
    },
    change: inTurn,
  };
}

export { bodyLimit as controlPlaneBodyLimit };

function render(operation: Operation, output: object | undefined): Answer {
  // The model says 200 for DeleteFunction, and binds the status that AWS answers: 204.
  if (output === undefined) return { status: 204 };
  return {
    status: operation.status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(output),
  };
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header[0] : header;
}

/** What AWS answers to a path that no operation has. Lambda may have got one that this model does not know yet. */
export function unknownOperation(method: string, path: string): AwsFault {
  return new AwsFault(404, "UnknownOperationException", `local Lambda knows no operation ${method} ${path}`);
}
