// The switch leads to the same place and search in the other language, and is remembered.

const links = document.querySelectorAll(".languages a");

const follow = () => {
  for (const link of links) {
    link.search = location.search;
    link.hash = location.hash;
  }
};

addEventListener("hashchange", follow);
follow();

for (const link of links) {
  link.addEventListener("click", () => {
    try {
      localStorage.setItem("language", link.hreflang);
    } catch {
      // The browser keeps nothing for this site; the page changes all the same.
    }
  });
}
