// Chromium copies an empty line for a formula, though nobody can select it. So there is
// none while a reader copies.

addEventListener("copy", () => {
  const { classList } = document.documentElement;
  classList.add("copying");
  setTimeout(() => classList.remove("copying"));
});
