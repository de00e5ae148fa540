// The button for the theme, the menus, and what scrolls sideways.

const button = document.querySelector(".theme-toggle");
const nameTheme = () =>
  button.setAttribute("aria-label", button.dataset[document.body.dataset.theme]);
button.addEventListener("click", () => {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const themes = isDark ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const theme = themes[(themes.indexOf(document.body.dataset.theme) + 1) % 3];
  document.body.dataset.theme = theme;
  nameTheme();
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // The browser keeps nothing for this site; the page changes all the same.
  }
});
nameTheme();

for (const menu of document.querySelectorAll("[popover]")) {
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
  });
}

// The contents show which section is read: the last whose heading is above the middle.
const links = [...document.querySelectorAll(".toc-tree a")];
const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
if (links.length) {
  const show = () => {
    const above = sections.map((s) => s?.getBoundingClientRect().top < innerHeight / 3);
    links.forEach((link, number) => {
      const isHere = number === above.lastIndexOf(true);
      link.parentElement.classList.toggle("scroll-current", isHere);
    });
  };
  addEventListener("scroll", () => requestAnimationFrame(show), { passive: true });
  show();
}

// Only what takes the focus can be scrolled by keyboard.
const words = document.querySelector("main").dataset;
const mark = (box) => {
  const scrolls = box.scrollWidth > box.clientWidth;
  if (scrolls === box.hasAttribute("tabindex")) return;
  for (const [name, value] of [
    ["tabindex", "0"],
    ["role", "group"],
    ["aria-label", words.scrolls],
  ]) {
    if (scrolls) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
};
const observer = new ResizeObserver((entries) =>
  entries.forEach(({ target }) => mark(target)),
);
for (const box of document.querySelectorAll("pre, .table-wrapper, .math-wrapper")) {
  mark(box);
  observer.observe(box);
}
