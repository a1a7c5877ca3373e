// Topic by the nearest examples: asks an embedding model when the words of a prompt leave its topic open. Never late and
// never fatal; keeps vectors of the examples only, and logs nothing. The same, number by number, as content_embedding.py.

// Votes (of 1,000) beyond which the words decide alone, for or against a topic.
const SURE = 3000;
// Votes that a cosine of one counts: of 8 to 16, which did equally well on the tuning prompts, the middle.
const NEARNESS = 12;
// Examples of each class that count, the nearest ones: one alone may be near by accident.
const NEIGHBOURS = 3;
// Length of a vector in whole numbers: products are exact, so that no order of adding makes two languages disagree.
const SCALE = 4096;
// Texts a call: the limit of Cohere on Bedrock.
const BATCH = 96;
// For each batch of examples, while the words decide.
const LOADING_MS = 10_000;
// Calls in a row that may fail before the embedding model is left alone, and for how long.
const FAILURES = 3;
const REST_MS = 30_000;

const WRITTEN = /[^ \t\r\n]/u;

/**
 * (leads, text) -> the leads of the topics with nearness counted in, or as they were: sure, or no vector in time.
 * `embed` takes texts and an AbortSignal; `deadline` is in milliseconds, as is `clock`.
 */
export function createNearest({ classes, embed, deadline, clock = () => performance.now() }) {
  const breaker = createBreaker(clock);
  const neighbours = Math.min(NEIGHBOURS, ...classes.map((texts) => texts.length));
  let examples;
  let loading = false;

  async function load() {
    loading = true;
    const texts = classes.flat();
    try {
      const vectors = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const batch = texts.slice(start, start + BATCH);
        const found = await within(LOADING_MS, (signal) => embed(batch, signal));
        if (found.length !== batch.length) throw new Error("a vector for each text is missing");
        vectors.push(...found.map((vector) => whole(vector, found[0].length)));
      }
      if (new Set(vectors.map((vector) => vector.length)).size > 1) throw new Error("vectors differ in length");
      breaker.succeeded();
      let start = 0;
      examples = classes.map((texts) => vectors.slice(start, (start += texts.length)));
    } catch {
      breaker.failed();
    }
    loading = false;
  }

  /** How near the nearest examples of each class are, added up; undefined when that is not known in time. */
  async function nearness(text) {
    if (!examples) {
      if (!loading && breaker.allows()) load();
      return undefined;
    }
    if (!breaker.allows()) return undefined;
    try {
      const [vector] = await within(deadline, (signal) => embed([text], signal));
      const found = whole(vector, examples[0][0].length);
      breaker.succeeded();
      return examples.map((of) => {
        const near = of.map((example) => dot(found, example)).sort((a, b) => b - a);
        return near.slice(0, neighbours).reduce((sum, one) => sum + one, 0);
      });
    } catch {
      breaker.failed();
      return undefined;
    }
  }

  return async (leads, text) => {
    if (Math.abs(Math.max(...leads)) > SURE || !WRITTEN.test(text)) return leads;
    const found = await nearness(text);
    if (!found) return leads;
    const [general, ...topics] = found;
    return leads.map((lead, i) => lead * SCALE * SCALE * neighbours + NEARNESS * 1000 * (topics[i] - general));
  };
}

/** Texts to their vectors, in order, from an OpenAI-compatible gateway. Nothing of it is kept there. */
export function throughGateway({ url, request }, key) {
  const headers = { "authorization": `Bearer ${key}`, "content-type": "application/json", "x-bf-cache-no-store": "true" };
  return async (input, signal) => {
    const body = JSON.stringify({ ...request, input });
    const response = await fetch(url, { method: "POST", headers, body, signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { data } = await response.json();
    return data.sort((a, b) => a.index - b.index).map((item) => item.embedding);
  };
}

/** Lets calls pass until several in a row have failed, then one every now and then. */
function createBreaker(clock) {
  let failures = 0;
  let retry = 0;
  return {
    allows() {
      if (failures < FAILURES) return true;
      const now = clock();
      if (now < retry) return false;
      retry = now + REST_MS;
      return true;
    },
    succeeded() {
      failures = 0;
    },
    failed() {
      failures += 1;
      retry = clock() + REST_MS;
    },
  };
}

/** The outcome of a call, or a rejection once it is late; the call is told to stop. */
function within(milliseconds, call) {
  const stop = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("late"));
      stop.abort();
    }, milliseconds);
  });
  return Promise.race([call(stop.signal), late]).finally(() => clearTimeout(timer));
}

/** The direction of a vector in whole numbers. Throws for one that has none, or another length. */
function whole(vector, length) {
  let square = 0;
  for (const number of vector) square += number * number;
  const norm = Math.sqrt(square);
  if (vector.length !== length || !(norm > 0 && norm < Infinity)) throw new Error("not a vector");
  return Int32Array.from(vector, (number) => Math.floor((number * SCALE) / norm + 0.5));
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}
