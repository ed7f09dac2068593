/**
 * Part of the Python bootstrap: log records as Lambda writes them, as text or JSON, each one event however many
 * lines it has (framed in the pipe of the standard output, see log-lines.ts).
 */
export const logProgram = String.raw`
log_as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
levels = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}
own_fields = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"aws_request_id", "tenant_id", "message", "asctime"}


class Invocation:
    """What log records say of the invocation under way."""

    request_id = None
    tenant_id = None


def write_event(text):
    body = text.encode("utf-8", "backslashreplace")
    write_all(1, frame_token + len(body).to_bytes(4, "little") + body)


class TextFormatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S")


def describe_place(record):
    return "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)


class JsonFormatter(logging.Formatter):
    converter = time.gmtime

    def format(self, record):
        fields = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info:
            kind, value, trace = record.exc_info
            fields["stackTrace"] = traceback.format_list(traceback.extract_tb(trace)) if kind else None
            fields["errorType"] = kind.__name__ if kind else None
            fields["errorMessage"] = str(value) if kind else None
        fields["requestId"] = record.aws_request_id
        if record.exc_info:
            fields["location"] = describe_place(record)
        fields["tenantId"] = record.tenant_id
        fields.update((name, value) for name, value in record.__dict__.items() if name not in own_fields)
        return json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False, default=str) + "\n"


class EventHandler(logging.Handler):
    def emit(self, record):
        record.aws_request_id = Invocation.request_id or ""
        record.tenant_id = Invocation.tenant_id
        write_event(self.format(record))


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = EventHandler()
    handler.setFormatter(JsonFormatter() if log_as_json else TextFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    if log_as_json and os.environ.get("AWS_LAMBDA_LOG_LEVEL") in levels:
        root.setLevel(levels[os.environ["AWS_LAMBDA_LOG_LEVEL"]])
    return handler


def log_fault(fault):
    """The event that tells of a failed invocation, as it stands in the log."""
    if log_as_json:
        fields = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": "ERROR"}
        fields.update(fault)
        write_event(encoder.encode(fields))
        return
    message, kind = fault["errorMessage"], fault["errorType"]
    lines = ["[ERROR] " + (kind + ": " + message if kind and message else kind or message or "")]
    lines.append("Traceback (most recent call last):")
    for entry in fault["stackTrace"]:
        lines.extend(indent_line(line) for line in entry.split("\n") if line)
    write_event("\n".join(lines))


def indent_line(line):
    """Lambda's logs keep the indentation of a trace by spaces that do not break."""
    inner = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(inner)) + inner


def log_init_warning(handler):
    handler.emit(logging.LogRecord("root", logging.WARNING, "", 0, "LAMBDA_WARNING: Unhandled exception. The handler's module could not be loaded, or has no such handler.", (), None))
`;
