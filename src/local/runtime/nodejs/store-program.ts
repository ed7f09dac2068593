/**
 * Part of the Node bootstrap, from Node 24 on: what code can ask about the invocation under way without having been
 * handed its context. The interface is that of the npm package `@aws/lambda-invoke-store`, which uses this when it is there.
 */
export const storeProgram = String.raw`
const storeKeys = {
  requestId: Symbol.for("_AWS_LAMBDA_REQUEST_ID"),
  traceId: Symbol.for("_AWS_LAMBDA_X_RAY_TRACE_ID"),
  tenantId: Symbol.for("_AWS_LAMBDA_TENANT_ID"),
};

class InvokeStore {
  #values;

  run(values, work) {
    this.#values = values;
    return work();
  }

  getContext() {
    return this.#values;
  }

  hasContext() {
    return this.#values !== undefined;
  }

  get(key) {
    return this.#values?.[key];
  }

  set(key, value) {
    if (Object.values(storeKeys).includes(key)) throw new Error("Cannot modify protected Lambda context field: " + String(key));
    this.#values = Object.assign(this.#values ?? {}, { [key]: value });
  }

  getRequestId() {
    return this.get(storeKeys.requestId) ?? "-";
  }

  getXRayTraceId() {
    return this.get(storeKeys.traceId);
  }

  getTenantId() {
    return this.get(storeKeys.tenantId);
  }
}

function storeOf({ requestId, traceId }) {
  return { [storeKeys.requestId]: requestId, [storeKeys.traceId]: traceId };
}
`;
