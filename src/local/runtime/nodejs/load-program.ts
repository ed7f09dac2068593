/** Part of the Node bootstrap: finds the handler, in the order of Lambda's own client for the version of Node. */
export const loadProgram = String.raw`
const require = createRequire(import.meta.url);
const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");
const streamingBuffer = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

globalThis.awslambda = {
  streamifyResponse: (handler, options) => {
    handler[streaming] = "response";
    if (typeof options?.highWaterMark === "number") handler[streamingBuffer] = Math.trunc(options.highWaterMark);
    return handler;
  },
  HttpResponseStream: class HttpResponseStream {
    /** What is written first is the response's status and headers, eight zeros, then its body. */
    static from(stream, prelude) {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(new Uint8Array(8));
      };
      return stream;
    }
  },
  ...(major >= 24 ? { InvokeStore: new InvokeStore() } : {}),
};

async function loadHandler(root, name) {
  if (name.includes(".."))
    throw makeFault("MalformedHandlerName", "'" + name + "' is not a valid handler name. Use absolute paths when specifying root directories in handler names.");
  const base = path.basename(name);
  const [, moduleName, property] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
  if (moduleName === undefined) throw makeFault("MalformedHandlerName", "Bad handler");
  const folder = name.slice(0, name.indexOf(base));
  const loaded = await loadModule(path.resolve(root, folder, moduleName), moduleName, [root, path.join(root, folder)]);
  const handler = findProperty(loaded, property) || (major >= 24 ? findProperty(loaded.default, property) : undefined);
  if (!handler) throw makeFault("HandlerNotFound", name + " is undefined or not exported");
  if (typeof handler !== "function") throw makeFault("HandlerNotFound", name + " is not a function");
  if (handler[streaming] && handler[streaming] !== "response")
    throw makeFault("MalformedStreamingHandler", "Only response streaming is supported.");
  if (major >= 24 && !handler[streaming] && handler.length >= 3)
    throw makeFault("CallbackHandlerDeprecated", "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.");
  return handler;
}

function findProperty(object, property) {
  return property.split(".").reduce((inner, key) => inner && inner[key], object);
}

async function loadModule(file, moduleName, paths) {
  try {
    for (const [extension, load] of listLoaders(file)) if (fs.existsSync(file + extension)) return await load(file + extension);
    return require(require.resolve(moduleName, { paths }));
  } catch (error) {
    explainMissing(error);
    if (error instanceof SyntaxError) throw makeFault("UserCodeSyntaxError", String(error), major >= 24 ? error.stack : undefined);
    if (error?.code === "MODULE_NOT_FOUND") throw makeFault("ImportModuleError", String(error));
    throw error;
  }
}

function listLoaders(file) {
  const load = (url) => import(url);
  if (major >= 24) return [["", load], [".js", load], [".mjs", load], [".cjs", load]];
  return [["", require], [".js", isTypeModule(path.dirname(file)) ? load : require], [".mjs", load], [".cjs", require]];
}

/** What the nearest package.json says. */
function isTypeModule(folder) {
  if (folder.endsWith("/node_modules")) return false;
  const file = path.join(folder, "package.json");
  if (!fs.existsSync(file)) return folder !== "/" && isTypeModule(path.dirname(folder));
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).type === "module";
  } catch (error) {
    console.warn(file + " cannot be read, it will be ignored for ES module detection purposes.", error);
    return false;
  }
}
`;
