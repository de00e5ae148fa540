// The front door leads on in the reader's language; the page for missing pages shows
// that language alone. Without a match, all languages stay to choose from.

const links = [...document.querySelectorAll("a[hreflang]")];

const remembered = () => {
  try {
    return localStorage.getItem("language");
  } catch {
    return null; // the browser keeps nothing for this site
  }
};

const remember = (language) => {
  try {
    localStorage.setItem("language", language);
  } catch {
    // The choice holds for this visit.
  }
};

// "zh-TW" and "zh-Hans-CN" are served by "zh-CN" where there is no closer one.
const serves = (link, wanted) => {
  const [offered, asked] = [link.hreflang.toLowerCase(), wanted.toLowerCase()];
  return offered === asked || offered.split("-")[0] === asked.split("-")[0];
};

const choose = (wanted) => {
  for (const language of wanted) {
    const exact = links.find((link) => link.hreflang === language);
    const near = exact ?? links.find((link) => serves(link, language));
    if (near) return near;
  }
  return undefined;
};

const inFolder = (link) =>
  location.pathname.includes(`/${link.closest("section").dataset.folder}/`);
const isMissing = document.documentElement.classList.contains("missing");
const choice = remembered();
const link =
  (isMissing && links.find(inFolder)) ||
  choose(choice ? [choice] : navigator.languages);

for (const each of links) {
  each.addEventListener("click", () => remember(each.hreflang));
}

if (link && isMissing) {
  document.documentElement.lang = link.hreflang;
  for (const section of document.querySelectorAll("section")) {
    section.hidden = section.dataset.folder !== link.closest("section").dataset.folder;
  }
  document.title = link.closest("section").querySelector("h1").textContent;
} else if (link) {
  location.replace(link.href);
}
