// Opens pages in Chromium and says what a reader meets.
// Standard input: {modules, scratch, inspected, jobs: [{page, width, scheme, picture?, height?}]}; standard output: one report a job.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const { modules, scratch, inspected, jobs } = JSON.parse(readFileSync(0, "utf-8"));
const load = createRequire(join(modules, "package.json"));
const imported = async (name) => import(pathToFileURL(load.resolve(name)));

async function browser() {
  const { default: chromium, inflate } = await imported("@sparticuz/chromium"); // it unpacks into TMPDIR, which is `scratch`
  const binary = await chromium.executablePath();
  const packed = join(dirname(load.resolve("@sparticuz/chromium")), "..", "bin");
  await inflate(join(packed, "al2023.tar.br")); // libraries that a machine without a screen may lack
  const fonts = join(scratch, "fonts");
  const alias = (name) => `<alias binding="strong"><family>${name}</family><prefer><family>Open Sans</family></prefer></alias>`;
  writeFileSync(
    join(fonts, "fonts.conf"),
    `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${scratch}/font-cache</cachedir>` +
      `${alias("system-ui")}${alias("sans-serif")}<config/></fontconfig>`,
  );
  const { default: puppeteer } = await imported("puppeteer-core");
  return puppeteer.launch({
    executablePath: binary,
    headless: "shell",
    args: ["--no-sandbox", "--no-zygote", "--disable-gpu", "--font-render-hinting=none", "--force-color-profile=srgb"],
    env: { ...process.env, HOME: scratch, FONTCONFIG_PATH: fonts, LD_LIBRARY_PATH: join(scratch, "al2023", "lib") },
  });
}

/** What runs in the page; it gets nothing from outside. */
function inspect() {
  const root = document.documentElement;
  const said = { overflow: root.scrollWidth - root.clientWidth, folded: 0, closed: [], judged: 0, faint: [], scrolling: [], covered: [] };
  for (const one of document.querySelectorAll("details")) {
    said.folded += 1;
    if (!one.open) one.querySelector("summary").click();
    const rest = [...one.children].filter((child) => child.localName !== "summary");
    if (!one.open || !rest.some((child) => child.getBoundingClientRect().height > 0)) said.closed.push(one.innerText.slice(0, 60));
  }
  said.overflow = Math.max(said.overflow, root.scrollWidth - root.clientWidth);
  for (const one of document.querySelectorAll(".scroll")) {
    if (one.scrollWidth > one.clientWidth) said.scrolling.push(`${one.getAttribute("aria-label")}: ${one.scrollWidth - one.clientWidth} px`);
  }

  const colour = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return text === "none" ? [0, 0, 0, 0] : [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = ([r, g, b]) => {
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const opacity = (element) => {
    let left = 1;
    for (let one = element; one; one = one.parentElement) left *= Number(getComputedStyle(one).opacity);
    return left;
  };
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(colour(getComputedStyle(one).backgroundColor));
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reduceRight((under, layer) => over(layer, under), canvas);
  };
  const filled = (shape) => {
    const style = getComputedStyle(shape);
    const [r, g, b, a] = colour(style.fill);
    return [r, g, b, a * Number(style.fillOpacity) * opacity(shape)];
  };
  const painted = (svg, text) => {
    const at = text.getBoundingClientRect();
    const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    const below = [...svg.querySelectorAll("rect, circle")].filter((shape) => {
      const box = shape.getBoundingClientRect();
      const earlier = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      return earlier && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
    });
    return below.reduce((under, shape) => over(filled(shape), under), behind(svg));
  };
  const seen = new Map();
  const judge = (element, text, ink, ground) => {
    const [r, g, b, a] = ink;
    const [light, dark] = [over([r, g, b, a * opacity(element)], ground), ground].map(luminance).sort((one, two) => two - one);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) seen.set(`${element.localName}.${element.className.baseVal ?? element.className} ${ratio.toFixed(2)}`, text);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (!text || ["style", "script", "title"].includes(element.localName) || !element.getClientRects().length) continue;
    said.judged += 1;
    const svg = element.closest("svg");
    if (svg) judge(element, text, colour(getComputedStyle(element).fill), painted(svg, element));
    else judge(element, text, colour(getComputedStyle(element).color), behind(element));
  }
  said.faint = [...seen].map(([where, text]) => `${where}: ${text.slice(0, 60)}`);

  for (const svg of document.querySelectorAll(".scroll svg")) {
    const box = (element) => ({ text: element.textContent.trim(), at: element.getBoundingClientRect() });
    const meets = (one, two) =>
      one.at.left < two.at.right - 1 && two.at.left < one.at.right - 1 && one.at.top < two.at.bottom - 1 && two.at.top < one.at.bottom - 1;
    const texts = [...svg.querySelectorAll("text")];
    const frame = svg.getBoundingClientRect();
    for (const one of texts.map(box)) {
      if (one.at.left < frame.left - 1 || one.at.right > frame.right + 1) said.covered.push(`«${one.text}» leaves the drawing`);
      if (one.text.endsWith("…")) said.covered.push(`«${one.text}» is cut`);
    }
    texts.map(box).forEach((one, index, all) => {
      for (const two of all.slice(index + 1)) if (meets(one, two)) said.covered.push(`«${one.text}» and «${two.text}»`);
    });
    for (const group of svg.querySelectorAll(".box")) {
      const rect = box(group.querySelector("rect"));
      for (const text of texts) {
        const one = box(text);
        if (!group.contains(text) && meets(one, rect)) said.covered.push(`«${one.text}» and the box «${group.querySelector(".name").textContent}»`);
        if (group.contains(text) && (one.at.left < rect.at.left || one.at.right > rect.at.right)) said.covered.push(`«${one.text}» leaves its box`);
      }
    }
  }
  return said;
}

async function look(open, { page: path, width, scheme, picture, height }) {
  const page = await open.newPage();
  const requests = [];
  const messages = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(String(error)));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(pathToFileURL(path).href);
  if (picture) await page.screenshot(height ? { path: picture, clip: { x: 0, y: 0, width, height } } : { path: picture, fullPage: true });
  const said = { requests, messages };
  if (inspected) {
    Object.assign(said, await page.evaluate(inspect));
    await page.evaluate(readFileSync(load.resolve("axe-core/axe.min.js"), "utf-8"));
    const { violations } = await page.evaluate(() => axe.run());
    said.violations = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
  }
  await page.close();
  return said;
}

const open = await browser();
const reports = [];
try {
  for (const job of jobs) reports.push(await look(open, job));
} finally {
  await open.close();
}
writeFileSync(1, JSON.stringify(reports));
