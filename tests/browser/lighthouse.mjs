// Reads addresses, a line each, and writes what Lighthouse finds there, a line of JSON
// each. Its one argument is the folder whose packages it uses; Chromium is the one that
// CHROME_PATH names, started once with the flags in CHROME_FLAGS and a new profile.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(pathToFileURL(join(process.argv[2], "package.json")));
const load = (name) => import(pathToFileURL(resolve(name)));
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const NONE = { type: "none", items: [] };

// What a maintainer needs to find an element, a file or a message.
const places = ({ items }) =>
  items.map((item) => {
    const { node, url, source, description, ...rest } = item;
    const found = [
      node?.selector,
      node?.snippet,
      node?.explanation,
      source?.value?.snippet ?? source?.snippet,
      url?.value ?? url,
      description,
    ].filter((part) => typeof part === "string" && part);
    return found.length ? found.join("  ") : JSON.stringify(rest).slice(0, 200);
  });

const failing = ({ categories, audits }) =>
  Object.values(categories).flatMap(({ id, auditRefs }) =>
    auditRefs
      .filter(({ weight }) => weight > 0)
      .map((reference) => audits[reference.id])
      .filter(({ score }) => score !== null && score < 1)
      .map(({ id: audit, title, displayValue, errorMessage, details = NONE }) => ({
        category: id,
        audit,
        title: [title, displayValue, errorMessage].filter(Boolean).join(": "),
        places: details.items ? places(details).slice(0, 8) : [],
      })),
  );

const judge = async (address, port) => {
  const [url, ...skipAudits] = address.split(" ");
  const { lhr } = await lighthouse(url, {
    port,
    logLevel: "silent",
    onlyCategories: ["performance", "accessibility", "best-practices", "seo"],
    skipAudits: ["bf-cache", ...skipAudits], // it counts for nothing, and takes long
    disableFullPageScreenshot: true,
  });
  const value = (audit) => lhr.audits[audit]?.numericValue ?? null;
  return {
    address: lhr.finalDisplayedUrl,
    error: lhr.runtimeError?.message ?? null,
    scores: Object.fromEntries(
      Object.values(lhr.categories).map(({ id, score }) => [
        id,
        score === null ? null : Math.round(score * 100),
      ]),
    ),
    paint: value("first-contentful-paint"), // milliseconds
    shift: value("cumulative-layout-shift"),
    failing: failing(lhr),
  };
};

const chrome = await launch({ chromeFlags: process.env.CHROME_FLAGS.split(" ") });
try {
  for await (const address of createInterface({ input: process.stdin })) {
    let found;
    try {
      found = await judge(address, chrome.port);
    } catch (error) {
      found = { error: String(error.stack) };
    }
    process.stdout.write(`${JSON.stringify(found)}\n`);
  }
} finally {
  await chrome.kill();
}
