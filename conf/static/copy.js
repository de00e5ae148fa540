// Listings can be copied: their code alone, without remarks, prompts and output.

const words = document.querySelector("main").dataset;
const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");

const codeOf = (listing) => {
  const copy = listing.cloneNode(true);
  for (const each of copy.querySelectorAll(".beside, .gp, .go")) each.remove();
  return copy.textContent.replace(/\n$/, "");
};

const addButton = (listing) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(codeOf(listing));
    button.textContent = status.textContent = words.copied;
    setTimeout(() => {
      button.textContent = words.copy;
      status.textContent = "";
    }, 2000);
  });
  listing.before(button);
};

if (navigator.clipboard) {
  document.querySelector("main").append(status);
  document.querySelectorAll(".highlight > pre").forEach((listing) => {
    if (!listing.closest(".sphx-glr-script-out, .highlight-text")) addButton(listing);
  });
}
