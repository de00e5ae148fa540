// The recommended rules; those that are off are matters of style in what a person
// writes, and nobody writes this HTML: Sphinx, docutils and templates do.

export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "attribute-boolean-style": "off", // Sphinx writes defer="defer"
    "attribute-empty-style": "off", // docutils writes download=""
    "long-title": ["error", { maxlength: 80 }], // the page's title and the site's
    "doctype-style": "off", // the theme's is in small letters
    "no-trailing-whitespace": "off", // templates leave some
    "void-style": "off", // docutils writes <br />
  },
};
