/** Part of the Python bootstrap: takes invocations from file descriptor 3 and answers them (frames.ts has the form). */
export const mainProgram = String.raw`
channel = 3
channel_lock = _thread.allocate_lock()
longest_response = 6291556
frame_start = None


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]


def read_until(size, data):
    """At least so many bytes, those that are there already included; there is one frame at a time."""
    while len(data) < size:
        part = os.read(channel, max(size - len(data), 65536))
        if not part:
            # The service is gone: so is this environment, with all that the function has started.
            if frame_start is None:
                os._exit(1)
            os.kill(0, 9)
        data += part
    return data


def receive():
    data = read_until(8, b"")
    start = 8 + int.from_bytes(data[:4], "little")
    end = start + int.from_bytes(data[4:8], "little")
    data = read_until(end, data)
    return json.loads(data[8:start]), data[start:end]


def send(header, body=b""):
    text = json.dumps(header).encode()
    write_all(channel, len(text).to_bytes(4, "little") + len(body).to_bytes(4, "little") + text + body)


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, identity):
        self.cognito_identity_id = identity.get("cognitoIdentityId")
        self.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")

    def __repr__(self):
        return describe(self, self.__slots__)


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, client):
        for name in self.__slots__:
            setattr(self, name, client.get(name))

    def __repr__(self):
        return describe(self, self.__slots__)


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, context):
        self.client = Client(context["client"]) if "client" in context else None
        self.custom = context.get("custom")
        self.env = context.get("env")

    def __repr__(self):
        return describe(self, self.__slots__)


def describe(thing, names):
    return type(thing).__name__ + "([" + ",".join(name + "=" + str(getattr(thing, name)) for name in names) + "])"


class LambdaContext:
    def __init__(self, header):
        client, identity = header.get("clientContext"), header.get("cognitoIdentity")
        self.aws_request_id = header["requestId"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = header["invokedArn"]
        self.tenant_id = header.get("tenantId")
        client = json.loads(client) if client else None
        self.client_context = ClientContext(client) if isinstance(client, dict) else None
        self._trace_fields = client.get("w3c") if isinstance(client, dict) else None
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        self._epoch_deadline_time_in_ms = header["deadlineMs"]

    def get_remaining_time_in_millis(self):
        return max(int(self._epoch_deadline_time_in_ms - time.time() * 1000), 0)

    def w3c(self):
        """The W3C trace context, which travels in the client context."""
        fields = self._trace_fields if isinstance(self._trace_fields, dict) else {}
        return {name: fields[name] for name in ("traceparent", "tracestate", "baggage") if isinstance(fields.get(name), str)}

    def log(self, message):
        write_event(str(message))

    def __repr__(self):
        return describe(self, ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb", "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id"))


LambdaContext.__module__ = ClientContext.__module__ = Client.__module__ = CognitoIdentity.__module__ = "awslambdaric.lambda_context"


class Fault(Exception):
    """A failure that the runtime itself finds, with the name that Lambda has for it."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace


def describe_fault(kind, message, request_id, trace):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def format_frames(trace):
    """File, line and text of each frame, without the marks below the text that newer Pythons have."""
    return traceback.format_list([tuple(frame) for frame in traceback.extract_tb(trace)])


def list_frames(trace):
    """The trace without the bootstrap's own frames at its top, unless it has no others: a handler that takes other arguments."""
    inner = trace
    while inner is not None and inner.tb_frame.f_code.co_filename == __file__:
        inner = inner.tb_next
    return format_frames(inner or trace)


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error), None)
    try:
        if module_name.split(".")[0] in sys.builtin_module_names:
            raise Fault("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def start_handler(log_handler):
    try:
        return load_handler(os.environ["_HANDLER"])
    except Fault as fault:
        report = describe_fault(fault.kind, fault.message, "", fault.trace or [])
    except Exception as error:
        report = describe_fault(type(error).__name__, str(error), "", list_frames(error.__traceback__))
    log_init_warning(log_handler)
    log_fault(report)
    send({"kind": "init-error", "errorType": report["errorType"]}, encoder.encode(report).encode())
    sys.exit(1)


def run_handler(handler, header, payload):
    """The answer: a header and a body that may still be text."""
    try:
        try:
            event = json.loads(payload)
        except Exception as error:
            raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
        result = handler(event, LambdaContext(header))
        if isinstance(result, bytes):
            return {"kind": "response", "contentType": "application/unknown"}, result
        try:
            return {"kind": "response", "contentType": "application/json"}, encoder.encode(result)
        except Exception as error:
            raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    except Fault as fault:
        report = describe_fault(fault.kind, fault.message, header["requestId"], fault.trace or [])
    except Exception as error:
        report = describe_fault(type(error).__name__, str(error), header["requestId"], list_frames(error.__traceback__))
    log_fault(report)
    return {"kind": "error", "errorType": report["errorType"]}, encoder.encode(report)


class ProvidedPackages:
    """
    Finds what Lambda's Python brings along, where neither the function nor a layer has it. The service is asked for its
    folder when the first of them is imported; without one it has written to the log why.
    """

    names = frozenset(("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"))
    asked = False

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in cls.names or cls.asked:
            return None
        with channel_lock:
            if not cls.asked:
                send({"kind": "packages"})
                folder = receive()[0]["folder"]
                if folder:
                    sys.path.append(folder)
                cls.asked = True
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name)


def set_up_paths():
    """Modules come from the function, its layers, the standard library, and what Lambda brings along, in this order."""
    import site

    root, layers, runtime = os.environ["LAMBDA_TASK_ROOT"], frame_start["layerFolder"], os.path.dirname(__file__)
    minor = "python%d.%d" % sys.version_info[:2]
    library = [path for path in sys.path if path != runtime]
    # Of a PYTHONPATH of the function's own the interpreter has taken notice already.
    chosen = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    places = [root]
    if layers:
        places += [layers + "/python/lib/" + minor + "/site-packages", layers + "/python"]
    places.append(runtime)
    sys.path[:] = ([root] + library) if chosen else places + library
    for place in places[:-1]:
        if os.path.isdir(place):
            site.addsitedir(place)
    if not chosen:
        os.environ["PYTHONPATH"] = runtime
    site.setquit()
    site.setcopyright()
    site.sethelper()
    sys.meta_path.append(ProvidedPackages)


def main():
    global frame_token, frame_start, encoder
    os.set_inheritable(channel, False)
    start = receive()[0]
    if start["makesGroup"]:
        os.setpgid(0, 0)
    frame_start = start
    frame_token = bytes.fromhex(frame_start["token"])
    os.dup2(1, 2)
    # /var/task cannot be written on Lambda; neither is the function's folder here.
    sys.dont_write_bytecode = True
    set_up_paths()
    encoder = Encoder(escape_all=sys.version_info < (3, 12))
    handler = start_handler(set_up_logging())
    answer, body = {"kind": "ready"}, b""
    while True:
        # A thread that goes on behind the answer does not ask for packages meanwhile: on Lambda it would be frozen.
        with channel_lock:
            send(answer, body)
            header, payload = receive()
        Invocation.request_id, Invocation.tenant_id = header["requestId"], header.get("tenantId")
        if header.get("traceId"):
            os.environ["_X_AMZN_TRACE_ID"] = header["traceId"]
        elif "_X_AMZN_TRACE_ID" in os.environ:
            del os.environ["_X_AMZN_TRACE_ID"]
        answer, body = run_handler(handler, header, payload)
        if isinstance(body, str):
            body = body.encode("utf-8")
        if len(body) > longest_response:
            answer, body = {"kind": "too-large", "size": len(body)}, b""
`;
