// Sphinx makes the rule for plurals from a text, which the site's policy forbids. The
// browser knows the rule; its categories are in the order of Sphinx's translations.

const rules = new Intl.PluralRules(document.documentElement.lang);
const categories = rules.resolvedOptions().pluralCategories;

Documentation.addTranslations = ({ messages }) => {
  Object.assign(Documentation.TRANSLATIONS, messages);
  Documentation.PLURAL_EXPR = (n) => categories.indexOf(rules.select(n));
};
