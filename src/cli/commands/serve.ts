import { defineCommand, functionNames } from "../command.ts";

/** Out of the way of what else listens on a developer's machine. */
const defaultPort = 9900;

export const serveCommand = defineCommand({
  name: "serve",
  summary: "run local Lambda: the functions of the workspace, behind Lambda's own API and URLs",
  positional: { ...functionNames, summary: "functions to serve; without one, all of the workspace" },
  flags: {
    port: { kind: "count", value: "N", summary: `where to listen (default: ${defaultPort}; 0: a free port)` },
    host: { kind: "text", value: "HOST", summary: "address to listen on (default: 127.0.0.1)" },
    empty: { kind: "boolean", summary: "no functions of the workspace" },
    withCredentials: { kind: "boolean", summary: "functions act as you at AWS, with your credentials" },
    noWatch: { kind: "boolean", summary: "do not build again when files change" },
  },
  examples: [
    "brig serve",
    "brig serve hello --port 0 --json",
    "AWS_ENDPOINT_URL=http://127.0.0.1:9900 aws lambda list-functions",
  ],
  run: async ({ positionals, flags, context, output }) => {
    const [{ serve }, { presentBroken, presentInvocations, presentReady }] = await Promise.all([
      import("../../operations/serve.ts"),
      import("../render/serve.ts"),
    ]);
    const { port = defaultPort, host = "127.0.0.1", empty, noWatch, withCredentials } = flags;
    await serve(
      { names: positionals, port, host, empty, watch: !noWatch, withCredentials },
      {
        onReady: (ready) => presentReady(ready, output),
        onInvocations: (invocations) => presentInvocations(invocations, output),
        onServed: (name, url) => output.talk(`${output.paintTalk("bold", name)}  served at ${url}`),
        onUpdate: (name, milliseconds) =>
          output.talk(`${output.paintTalk("bold", name)}  updated in ${Math.round(milliseconds)} ms`),
        onBroken: (name, fault, first) => presentBroken(name, fault, first, output),
        onTrouble: (message) => output.talk(`trouble: ${message}`),
      },
      context,
    );
    return 0;
  },
});
