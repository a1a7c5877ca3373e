// Decides which route a prompt belongs to. The same decision, number by number, as content_router.py beside LiteLLM;
// docs/decisions/content-routing.md says why it is made so, tests/routing/ compares the two.

// How much of a long prompt is read, in Unicode code points: what is asked stands at its start or its end.
const HEAD = 1500;
const TAIL = 500;
// One vote. Votes are whole numbers, so that no rounding can make two languages disagree.
const VOTE = 1000;
// A topic must beat `general` by more than this: the beginning of one word that one example used is not enough.
const MARGIN = VOTE / 2;
// And by this much more for each feature of the prompt: the longer a text, the more of its words stand in examples by chance.
const NOISE = VOTE / 50;
// What a shape of code (a call, a stack frame) counts against a word: chosen on the development prompts.
const SHAPE_WEIGHT = 2;
// Letters that stand for a longer word, so that `refactored` knows `refactoring`.
const PREFIX = 6;
// The same for Korean, in syllables: most of its nouns have two.
const HANGUL_PREFIX = 2;
// A language with `without` letters bears at most one of them for every ten of its own.
const FOREIGN_SHARE = 10;

const CAPITALS = /[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a1\u03a3-\u03a9\u0400-\u042f]/gu;
const GENERAL = "general";

/** From router.json to a function: prompt -> the route that it belongs to, or undefined. Throws on data it cannot route by. */
export function createRouter(data) {
  keys("router.json", data, ["default", "provider", "general", "routes", "lexicon"]);
  const { lexicon, routes } = data;
  keys("lexicon", lexicon, ["ignoredWords", "ignoredBeginnings", "endings", "shapes", "notLetters", "hangul", "unspaced"]);
  const features = featuresOf(lexicon);
  const letter = new RegExp(`[^${ranges("notLetters", lexicon.notLetters)}]`, "gu");

  const names = routes.map((route) => route.name);
  if (new Set(names).size !== names.length || !names.every((name) => typeof name === "string" && name)) {
    throw new Error(`router.json: routes need names, each its own: ${JSON.stringify(names)}`);
  }
  if (names.includes(GENERAL)) throw new Error(`router.json: «${GENERAL}» is what no route takes, it cannot be a route`);
  const classes = [routes.some((route) => "examples" in route) ? texts(GENERAL, data.general) : []];
  const candidates = routes.map((route) => {
    if ("examples" in route) {
      keys(route.name, route, ["name", "model", "examples"]);
      return { route, topic: classes.push(texts(route.name, route.examples)) - 1 };
    }
    return { route, speaks: language(route, letter) };
  });
  const votes = learn(classes, features);

  return (prompt) => {
    const text = excerpt(prompt);
    const best = topicOf(features(text), votes, classes.length);
    return candidates.find(({ topic, speaks }) => (speaks ? speaks(text) : topic === best))?.route;
  };
}

/** What is read of a prompt: all of it, or the start and the end of a long one. */
export function excerpt(prompt) {
  if (prompt.length <= HEAD + TAIL) return prompt;
  // A code point is one or two units, so that twice as many units hold what is read of each end.
  const start = Array.from(prompt.slice(0, 2 * (HEAD + TAIL)));
  if (prompt.length <= 2 * (HEAD + TAIL) && start.length <= HEAD + TAIL) return prompt;
  const end = Array.from(prompt.slice(-2 * TAIL));
  return `${start.slice(0, HEAD).join("")}\n${end.slice(-TAIL).join("")}`;
}

/** The class with the most votes, the earlier one of equals, if it beats `general` by more than the margin; else undefined. */
function topicOf(found, votes, classes) {
  const tally = new Array(classes).fill(0);
  for (const feature of found) {
    for (const [topic, weight] of votes.get(feature) ?? []) tally[topic] += weight;
  }
  let best = 1;
  for (let topic = 2; topic < classes; topic += 1) if (tally[topic] > tally[best]) best = topic;
  return tally[best] > tally[0] + MARGIN + NOISE * found.size ? best : undefined;
}

/**
 * Feature -> its votes for each class: the part of the examples with that feature which are of that class.
 * One is added to the number of examples, so that a feature seen in three of one class says more than one seen once.
 */
function learn(classes, features) {
  const counts = new Map();
  classes.forEach((examples, topic) => {
    for (const example of examples) {
      for (const feature of features(excerpt(example))) {
        const of = counts.get(feature) ?? counts.set(feature, new Map()).get(feature);
        of.set(topic, (of.get(topic) ?? 0) + 1);
      }
    }
  });
  const votes = new Map();
  for (const [feature, of] of counts) {
    const total = [...of.values()].reduce((sum, n) => sum + n, 0);
    const weight = feature[0] === "!" ? SHAPE_WEIGHT : 1;
    votes.set(feature, [...of].map(([topic, n]) => [topic, weight * Math.floor((VOTE * n) / (total + 1))]));
  }
  return votes;
}

/** Words, their beginnings, letter pairs of scripts without spaces, and the shapes of code. Each counts once. */
function featuresOf(lexicon) {
  const ignoredWords = words(lexicon.ignoredWords);
  const ignoredBeginnings = words(lexicon.ignoredBeginnings);
  const endings = words(lexicon.endings);
  const shapes = Object.entries(lexicon.shapes).map(([name, shape]) => [`!${name}`, new RegExp(shape, "u")]);
  const [notLetters, hangul, unspaced] = ["notLetters", "hangul", "unspaced"].map((name) => ranges(name, lexicon[name]));
  const word = new RegExp(`([${hangul}]+)|([${unspaced}]+)|[^${hangul}${unspaced}${notLetters}]+`, "gu");

  // A Korean word up to the first syllable, after two, that can begin a particle or an ending: 함수를, 함수에서 -> 함수.
  const stem = (syllables) => {
    const end = syllables.findIndex((syllable, i) => i >= HANGUL_PREFIX && endings.has(syllable));
    return syllables.slice(0, end < 0 ? syllables.length : end).join("");
  };

  return (text) => {
    const padded = `\n${text}\n`;
    const features = new Set(shapes.filter(([, shape]) => shape.test(padded)).map(([name]) => name));
    for (const match of text.matchAll(word)) {
      const lower = match[0].replace(CAPITALS, (capital) => capital.toLowerCase());
      const letters = Array.from(lower);
      if (match[2] !== undefined) {
        for (let i = 0; i < Math.max(1, letters.length - 1); i += 1) features.add(letters.slice(i, i + 2).join(""));
        continue;
      }
      const isHangul = match[1] !== undefined;
      const prefix = letters.slice(0, isHangul ? HANGUL_PREFIX : PREFIX).join("");
      const root = isHangul ? stem(letters) : lower;
      if (ignoredWords.has(lower) || ignoredWords.has(root) || ignoredBeginnings.has(prefix)) continue;
      if (letters.length === 1 && !isHangul) continue;
      features.add(root).add(`${prefix}-`);
    }
    return features;
  };
}

/**
 * A language that is known by its script: text -> whether enough letters of it, or of its first or last line, are of it.
 * The lines count because a request often stands above or below a long quotation in another language.
 */
function language(route, letter) {
  const { name, minimumShare } = route;
  keys(name, route, ["name", "model", "letters", "minimumShare"], ["without"]);
  if (!Number.isInteger(minimumShare) || minimumShare <= 0 || minimumShare > 100) {
    throw new Error(`router.json: ${name}: minimumShare is a whole number of percent: ${minimumShare}`);
  }
  const own = new RegExp(`[${ranges(name, route.letters)}]`, "gu");
  const without = route.without && new RegExp(`[${ranges(name, route.without)}]`, "gu");
  const count = (pattern, text) => text.match(pattern)?.length ?? 0;
  const isIn = (text) => {
    const letters = count(own, text);
    const foreign = without ? count(without, text) : 0;
    return letters > 0 && letters * 100 >= minimumShare * count(letter, text) && foreign * FOREIGN_SHARE <= letters;
  };
  return (text) => {
    const lines = text.split("\n").filter((line) => count(letter, line));
    return [text, ...lines.slice(0, 1), ...lines.slice(-1)].some(isIn);
  };
}

function keys(where, found, required, optional = []) {
  const missing = required.filter((key) => !(key in found));
  const unknown = Object.keys(found).filter((key) => !required.includes(key) && !optional.includes(key));
  if (missing.length || unknown.length) {
    throw new Error(`router.json: ${where}: missing keys [${missing}], unknown keys [${unknown}]`);
  }
}

function texts(name, examples) {
  if (!Array.isArray(examples) || !examples.length || !examples.every((text) => typeof text === "string" && text)) {
    throw new Error(`router.json: ${name}: needs examples, a list of texts`);
  }
  return examples;
}

function words(list) {
  return new Set(list.split(" "));
}

/** Inside of a character class: `AC00-D7A3` names code points as the Unicode charts do. */
function ranges(name, spans) {
  return spans
    .map((span) => {
      const ends = /^([0-9A-F]{4,6})-([0-9A-F]{4,6})$/.exec(span);
      if (!ends) throw new Error(`router.json: ${name}: not a range of code points: ${span}`);
      return `\\u{${ends[1]}}-\\u{${ends[2]}}`;
    })
    .join("");
}
