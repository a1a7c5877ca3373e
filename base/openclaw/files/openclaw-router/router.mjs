// Decides which route a prompt belongs to. The same decision as content_router.py beside LiteLLM; tests/routing/ compares.

import { createNearest } from "./embedding.mjs";
import { excerpt, featuresOf, keys, languageOf, leadsOf } from "./lexicon.mjs";

const GENERAL = "general";

/**
 * From router.json to a function: prompt -> the route that it belongs to, or undefined. Throws on data it cannot route by.
 * With `embed` it promises the route, and asks the embedding model where the words leave the topic open.
 */
export function createRouter(data, embed) {
  keys("router.json", data, ["default", "provider", "general", "routes", "lexicon"], ["embedding"]);
  const { lexicon, routes } = data;
  const features = featuresOf(lexicon);

  const names = routes.map((route) => route.name);
  if (new Set(names).size !== names.length || !names.every((name) => typeof name === "string" && name)) {
    throw new Error(`router.json: routes need names, each its own: ${JSON.stringify(names)}`);
  }
  if (names.includes(GENERAL)) throw new Error(`router.json: «${GENERAL}» is what no route takes, it cannot be a route`);
  const topics = routes.filter((route) => "examples" in route);
  for (const topic of topics) keys(topic.name, topic, ["name", "model", "examples"]);
  const languages = new Map(
    routes.filter((route) => !topics.includes(route)).map((route) => [route, languageOf(route, lexicon)]),
  );
  const classes = topics.length
    ? [texts(GENERAL, data.general), ...topics.map((topic) => texts(topic.name, topic.examples))]
    : [[]];
  const leads = leadsOf(classes, features);

  const first = (text, found) => {
    const best = Math.max(0, ...found);
    const topic = best > 0 ? topics[found.indexOf(best)] : undefined;
    const asked = [...languages].find(([, language]) => language.asked(text))?.[0];
    // The language that the answer is to be in outweighs the one that the prompt is written in.
    return routes.find(
      (route) => route === topic || (asked ? route === asked : languages.get(route)?.written(text)),
    );
  };

  if (!embed || !data.embedding || !topics.length) {
    return (prompt) => {
      const text = excerpt(prompt);
      return first(text, leads(text));
    };
  }
  const deadline = data.embedding.deadlineMs;
  const settle = createNearest({ classes: classes.map((examples) => examples.map(excerpt)), embed, deadline });
  return async (prompt) => {
    const text = excerpt(prompt);
    return first(text, await settle(leads(text), text));
  };
}

function texts(name, examples) {
  if (!Array.isArray(examples) || !examples.length || !examples.every((text) => typeof text === "string" && text)) {
    throw new Error(`router.json: ${name}: needs examples, a list of texts`);
  }
  return examples;
}
