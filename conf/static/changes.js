// A switch shows only the lines that have changed since the example before.

const button = document.querySelector("button.only-changes");

if (button) {
  const article = button.closest("article");
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const on = article.classList.toggle("only-changes");
    button.setAttribute("aria-pressed", String(on));
    for (const box of article.querySelectorAll("details.gone")) box.open = on;
  });
}
