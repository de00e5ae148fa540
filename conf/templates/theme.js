// Runs before anything is drawn, so that no page flashes in the wrong theme.
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
} catch {
  document.body.dataset.theme = "auto"; // the browser keeps nothing for this site
}
document.documentElement.classList.remove("no-js");
