import type { FunctionFolder } from "../workspace/function-folder.ts";

/** Where local Lambda says that it is: region of requests without a signature, account of all. */
export const localPlace = { region: "us-east-1", account: "000000000000" } as const;

/**
 * The Lambda function that a folder is: `hello` is `hello`, `orders/ingest` is `orders-ingest`, unless
 * `function.FunctionName` says otherwise. What AWS takes in no name becomes a hyphen.
 */
export function lambdaNameOf(folder: FunctionFolder, members: Readonly<Record<string, unknown>>): string {
  const named = members["FunctionName"];
  return typeof named === "string" ? named : folder.name.replaceAll(/[^\w-]/g, "-");
}
