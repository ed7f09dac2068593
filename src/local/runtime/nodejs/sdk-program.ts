/** Part of the Node bootstrap: the AWS SDK, which Lambda's Node brings along. */
export const sdkProgram = String.raw`
const provided = /^@(?:aws-sdk|smithy)\//;

/** Where neither the function nor a layer has a part of the SDK, it is resolved from the places of these files. */
function provideSdk(places) {
  const resolve = Module._resolveFilename;
  let looking = false;
  Module._resolveFilename = function (name, ...rest) {
    try {
      return resolve.call(this, name, ...rest);
    } catch (error) {
      if (looking || !provided.test(name) || error?.code !== "MODULE_NOT_FOUND") throw error;
      looking = true;
      try {
        for (const place of places)
          try {
            return createRequire(place).resolve(name);
          } catch {}
      } finally {
        looking = false;
      }
      throw error;
    }
  };
  const urls = places.map((place) => pathToFileURL(place).href);
  if (Module.registerHooks === undefined) {
    // A thread for resolving takes longer to start than all else: only who may need it gets it.
    if (mentionsSdk(process.env.LAMBDA_TASK_ROOT)) Module.register("./sdk-loader.mjs", import.meta.url, { data: urls });
  } else
    Module.registerHooks({
      resolve: (name, context, next) => {
        try {
          return next(name, context);
        } catch (error) {
          if (!provided.test(name) || error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
          for (const parentURL of urls)
            try {
              return next(name, { ...context, parentURL });
            } catch {}
          throw error;
        }
      },
    });
}

/** Whether the function's own sources speak of the SDK. */
function mentionsSdk(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name !== "node_modules" && mentionsSdk(file);
    return /\.[cm]?js$/.test(entry.name) && /@(?:aws-sdk|smithy)\//.test(fs.readFileSync(file, "latin1"));
  });
}

function explainMissing(error) {
  const [, name] = /['"](@(?:aws-sdk|smithy)\/[\w-]+)/.exec(String(error)) ?? [];
  if (name !== undefined)
    writeEvent("brig: " + name + " is part of Lambda's Node, but not here\nhint: npm install --save-dev " + name + "   # in the workspace's folder\n");
}
`;

/** The same for versions of Node that resolve imports in a thread of their own; a module of its own. */
export const sdkLoaderProgram = String.raw`
let urls;

export function initialize(data) {
  urls = data;
}

export async function resolve(name, context, next) {
  try {
    return await next(name, context);
  } catch (error) {
    if (!/^@(?:aws-sdk|smithy)\//.test(name) || error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    for (const parentURL of urls)
      try {
        return await next(name, { ...context, parentURL });
      } catch {}
    throw error;
  }
}
`;
