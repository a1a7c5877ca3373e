// Loads the plugin whose folder is the argument, as OpenClaw does, and answers each [event, context] of standard input.
// With a second argument, a file of vectors by text, those are what the embedding model of the gateway answers.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, vectors] = process.argv;
const known = vectors && JSON.parse(readFileSync(vectors, "utf8"));
const asked = [];
globalThis.fetch = async (url, { headers, body }) => {
  const { input, ...request } = JSON.parse(body);
  asked.push({ url, key: headers.authorization, request, texts: input.length });
  if (!known) throw new Error("no gateway");
  return Response.json({ data: input.map((text, index) => ({ index, embedding: known[text] })).reverse() });
};

const { default: plugin } = await import(pathToFileURL(`${folder}/index.mjs`));
const hooks = {};
plugin.register({ on: (name, handler) => { hooks[name] = handler; } });
const calls = JSON.parse(readFileSync(0, "utf8"));
if (known) {
  // The first prompt that words leave open has the examples fetched.
  await hooks.before_model_resolve({ prompt: "hm" }, calls[0][1]);
  await new Promise((done) => setTimeout(done, 50));
}
const answers = await Promise.all(calls.map(([event, context]) => hooks.before_model_resolve(event, context)));
process.stdout.write(JSON.stringify({ answers: answers.map((answer) => answer ?? null), asked }));
