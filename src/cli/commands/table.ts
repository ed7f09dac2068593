import type { Command } from "../command.ts";
import { buildCommand } from "./build.ts";
import { cleanCommand } from "./clean.ts";
import { completionCommand } from "./completion.ts";
import { deployCommand } from "./deploy.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { eventCommand } from "./event.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import { invokeCommand } from "./invoke.ts";
import { listCommand } from "./list.ts";
import { lockCommand } from "./lock.ts";
import { logsCommand } from "./logs.ts";
import { newCommand } from "./new.ts";
import { rollbackCommand } from "./rollback.ts";
import { promoteCommand } from "./promote.ts";
import { serveCommand } from "./serve.ts";
import { testCommand } from "./test.ts";
import { versionsCommand } from "./versions.ts";
import { statusCommand } from "./status.ts";
import { verifyCommand } from "./verify.ts";

/** Every verb, in the order of help: the day's work first. */
export const commands: readonly Command[] = [
  buildCommand,
  testCommand,
  invokeCommand,
  serveCommand,
  deployCommand,
  diffCommand,
  promoteCommand,
  logsCommand,
  statusCommand,
  versionsCommand,
  rollbackCommand,
  verifyCommand,
  importCommand,
  lockCommand,
  listCommand,
  newCommand,
  initCommand,
  eventCommand,
  cleanCommand,
  doctorCommand,
  completionCommand,
];
