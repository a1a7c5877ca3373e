// OpenClaw plugin: chooses the model of an agent turn by the user's prompt, from router.json beside this file.

import { readFileSync } from "node:fs";

import { throughGateway } from "./embedding.mjs";
import { createRouter } from "./router.mjs";

// A client of the HTTP API sends its whole conversation, and OpenClaw puts what was said before above this line.
const CURRENT_MESSAGE = "[Current message - respond to this]\n";

export default {
  id: "content-router",
  name: "Content router",
  register(api) {
    const data = JSON.parse(readFileSync(new URL("./router.json", import.meta.url), "utf8"));
    const { embedding } = data;
    const route = createRouter(data, embedding && throughGateway(embedding, process.env[embedding.keyVariable]));
    api.on("before_model_resolve", async (event, context) => {
      // Who asked for another model than the default gets it; and the models of routes may not see images.
      const chosen = context.modelProviderId !== data.provider || context.modelId !== data.default;
      if (chosen || event.attachments?.length) return undefined;
      const found = await route(currentMessage(event.prompt));
      return found && { providerOverride: data.provider, modelOverride: found.model };
    });
  },
};

function currentMessage(prompt) {
  const start = prompt.lastIndexOf(CURRENT_MESSAGE);
  return start < 0 ? prompt : prompt.slice(start + CURRENT_MESSAGE.length).replace(/^User: /, "");
}
