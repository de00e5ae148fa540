// The index proposes pages, and their text decides; conf/search.py says why.
// Search.query takes the place of Sphinx's, and is made of the same parts.

// Sphinx looks for an element whose role is written out.
const textOf = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const others = page.querySelectorAll(".headerlink, .beside, main script");
  for (const each of others) each.remove();
  return page.querySelector("main").textContent;
};
Search.htmlToText = textOf;

const CHINESE = /[\u4e00-\u9fff]/;
const stemmer = new Stemmer();

// What the index knows of the words; if it knows nothing, every page is proposed.
const termsOf = (words) => {
  const { terms, titleterms } = Search._index;
  const known = [...words]
    .flatMap((word) => (CHINESE.test(word) ? [...word] : [word]))
    .filter((term) => Object.hasOwn(terms, term) || Object.hasOwn(titleterms, term));
  return new Set(known.length || !words.size ? known : ["(any)"]);
};

const readPage = async (name) => {
  const root = document.documentElement.dataset.content_root;
  const reply = await fetch(root + name + DOCUMENTATION_OPTIONS.FILE_SUFFIX);
  const text = textOf(await reply.text()).toLowerCase();
  const stems = new Set(splitQuery(text).map((word) => stemmer.stemWord(word)));
  return [name, { text, stems }];
};

const readPages = async (results) => {
  const names = new Set(results.map(([name]) => name));
  return new Map(await Promise.all([...names].map(readPage)));
};

const confirmed = (results, pages, words, asWritten) => {
  const having = (test) => results.filter(([name]) => test(pages.get(name)));
  const whole = having(({ text, stems }) =>
    [...words].every((w) => (CHINESE.test(w) ? text.includes(w) : stems.has(w))),
  );
  if (whole.length || words.size > 1) return whole;
  // The only word is no word of any page: then it may be a part of one.
  return having(({ text }) => [...asWritten].every((word) => text.includes(word)));
};

// Titles first, as Sphinx has them, then the pages that say the words most often.
const ordered = (results, pages, asWritten) => {
  for (const result of results) {
    const [name, , , , , , kind] = result;
    const { text } = pages.get(name);
    const times = [...asWritten].map((word) => text.split(word).length - 1);
    if (kind === SearchResultKind.text) result[4] = -1 / Math.min(...times);
  }
  return results.sort(_orderResultsByScoreThenName);
};

// No script can read a page that was opened as a file: the complete index has to do.
const fromFiles = location.protocol === "file:";
let isComplete = false;

let wanted = [];

// The browser itself marks the words on the page that a result leads to.
document.getElementById("search-results").addEventListener("click", ({ target }) => {
  const link = target.closest("a");
  if (!link || link.href.includes(":~:")) return;
  const encoded = (word) => encodeURIComponent(word).replaceAll("-", "%2D");
  const texts = wanted.map((word) => `text=${encoded(word)}`);
  link.href += `${link.hash ? "" : "#"}:~:${texts.join("&")}`;
});

Search.query = async (query) => {
  if (fromFiles && !isComplete) {
    isComplete = true;
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
    Search.deferQuery(query); // until the index is there
    Search.loadIndex("searchindex-complete.js");
    return;
  }
  const [, words, excluded, asWritten, objects] = Search._parseQuery(query);
  wanted = [...asWritten];
  const terms = termsOf(words);
  let results = Search._performSearch(query, terms, excluded, asWritten, objects);
  const pages = fromFiles ? null : await readPages(results).catch(() => null);
  if (pages)
    results = ordered(confirmed(results, pages, words, asWritten), pages, asWritten);
  _displayNextItem(results, results.length, words, asWritten);
};
