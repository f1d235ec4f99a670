// What pages use of Tabler's style sheet, which is a fifteenth of it. A class that a template puts together stands below.
module.exports = {
  content: ["templates/**/*.html", "exchange_app/**/*.py", "exchange_app/static/*.js"],
  extractors: [{ extensions: ["html", "py", "js"], extractor: (text) => text.match(/[\w-]+/g) || [] }],
  safelist: [/^alert-(info|success|warning|danger)$/, /^btn-(primary|danger)$/],
};
