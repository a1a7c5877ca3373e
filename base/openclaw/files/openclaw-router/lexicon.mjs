// What a prompt says by its letters and words: which topic they vote for, which language it is in or asks for. The same,
// number by number, as content_lexicon.py beside LiteLLM; docs/decisions/content-routing.md says why it is made so.

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
const KEYS = [
  "ignoredWords", "ignoredBeginnings", "endings", "shapes", "notLetters", "hangul", "unspaced", "request",
];

/** Text -> its words, their beginnings, letter pairs of scripts without spaces, and the shapes of code. Each counts once. */
export function featuresOf(lexicon) {
  keys("lexicon", lexicon, KEYS);
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
      const small = lower(match[0]);
      const letters = Array.from(small);
      if (match[2] !== undefined) {
        for (let i = 0; i < Math.max(1, letters.length - 1); i += 1) {
          const pair = letters.slice(i, i + 2).join("");
          if (!ignoredWords.has(pair)) features.add(pair);
        }
        continue;
      }
      const isHangul = match[1] !== undefined;
      const prefix = letters.slice(0, isHangul ? HANGUL_PREFIX : PREFIX).join("");
      const root = isHangul ? stem(letters) : small;
      if (ignoredWords.has(small) || ignoredWords.has(root) || ignoredBeginnings.has(prefix)) continue;
      if (letters.length === 1 && !isHangul) continue;
      features.add(root).add(`${prefix}-`);
    }
    return features;
  };
}

/**
 * Text -> by how many votes each topic beats `general`, the first of the classes, and the margin: above zero it does.
 * What votes is learnt from the examples of each class.
 */
export function leadsOf(classes, features) {
  const votes = learn(classes, features);
  return (text) => {
    const found = features(text);
    const tally = new Array(classes.length).fill(0);
    for (const feature of found) {
      for (const [topic, weight] of votes.get(feature) ?? []) tally[topic] += weight;
    }
    return tally.slice(1).map((count) => count - tally[0] - MARGIN - NOISE * found.size);
  };
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

/** A language that is known by its script (`written`), or asked for by its name (`asked`): functions of a text. */
export function languageOf(route, lexicon) {
  const { name, minimumShare } = route;
  keys(name, route, ["name", "model", "letters", "minimumShare", "asked"], ["without"]);
  if (!Number.isInteger(minimumShare) || minimumShare <= 0 || minimumShare > 100) {
    throw new Error(`router.json: ${name}: minimumShare is a whole number of percent: ${minimumShare}`);
  }
  const anyLetter = `[^${ranges("notLetters", lexicon.notLetters)}]`;
  const letter = new RegExp(anyLetter, "gu");
  const own = new RegExp(`[${ranges(name, route.letters)}]`, "gu");
  const without = route.without && new RegExp(`[${ranges(name, route.without)}]`, "gu");
  const count = (pattern, text) => text.match(pattern)?.length ?? 0;
  const isIn = (text) => {
    const letters = count(own, text);
    const foreign = without ? count(without, text) : 0;
    return letters > 0 && letters * 100 >= minimumShare * count(letter, text) && foreign * FOREIGN_SHARE <= letters;
  };

  const [called, request] = [route.asked, lexicon.request].map((source) => `(?:${source.replaceAll("{letter}", anyLetter)})`);
  const named = new RegExp(called, "u");
  const wanted = new RegExp(
    `${request}[^\\n]{0,160}?${called}|${called}[^\\n]{0,40}?${request}` +
      `|\\n[^\\n?？؟]{0,60}${called}[^\\n?？؟]{0,30}\\n`,
    "u",
  );

  return {
    /** Whether the answer is to be in this language: its name, as in "into Korean", near a verb, or alone. */
    asked(text) {
      const padded = lower(`\n${text}\n`);
      return named.test(padded) && wanted.test(padded);
    },
    /**
     * Whether enough letters of the text, or of its first or last line, are of this language.
     * The lines count because a request often stands above or below a long quotation in another language.
     */
    written(text) {
      const lines = text.split("\n").filter((line) => count(letter, line));
      return [text, ...lines.slice(0, 1), ...lines.slice(-1)].some(isIn);
    },
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

/** Throws when a key is missing or unknown. */
export function keys(where, found, required, optional = []) {
  const missing = required.filter((key) => !(key in found));
  const unknown = Object.keys(found).filter((key) => !required.includes(key) && !optional.includes(key));
  if (missing.length || unknown.length) {
    throw new Error(`router.json: ${where}: missing keys [${missing}], unknown keys [${unknown}]`);
  }
}

/** Small letters of the alphabets that have them, by no table of the runtime. */
function lower(text) {
  return text.replace(CAPITALS, (capital) => capital.toLowerCase());
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
