// Loads the plugin whose folder is the argument, as OpenClaw does, and answers each [event, context] of standard input.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: plugin } = await import(pathToFileURL(`${process.argv[2]}/index.mjs`));
const hooks = {};
plugin.register({ on: (name, handler) => { hooks[name] = handler; } });
const calls = JSON.parse(readFileSync(0, "utf8"));
const answers = await Promise.all(calls.map(([event, context]) => hooks.before_model_resolve(event, context)));
process.stdout.write(JSON.stringify(answers.map((answer) => answer ?? null)));
