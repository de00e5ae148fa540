// The playground: what is typed starts runs of the worker, and what it sends is shown.
//
// Words, limits and NumPy's losses stand in the page, see conf/playground.py.

const KEPT = 3; // earlier runs that stay in the chart
const TYPES = {
  float64: { digits: 16, largest: "1.8e+308" },
  float32: { digits: 7, largest: "3.4e+38" },
};

const box = document.querySelector(".playground");
const { worker, settings, limits, losses, words } = JSON.parse(
  box.querySelector("script").textContent,
);
const [form, figure, table] = ["form", "figure", "table"].map((name) =>
  box.querySelector(name),
);
const [svg, legend] = [figure.querySelector("svg"), figure.querySelector("ul")];
const output = form.querySelector("output");
const { stop: stopButton, clear: clearButton } = form.elements;
const startButton = form.querySelector("[type=submit]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let runs = []; // the newest last
let count = 0;
let computing = null; // the worker, while there is one

const fill = (message, values) =>
  message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// Full-width punctuation has its blank inside.
const joined = (sentences) => sentences.join(" ").replace(/([。！？]) /g, "$1");
const say = (...sentences) => {
  output.textContent = joined(sentences);
};
const last = ({ losses }) => ({
  step: losses.length - 1,
  loss: number(losses[losses.length - 1], 6),
});

// -- What is typed --------------------------------------------------------------------

function valueOf(name, typed) {
  if (name in limits) {
    const [min, max] = limits[name];
    const value = /^\d+$/.test(typed) ? Number(typed) : -1;
    return value >= min && value <= max ? value : fill(words.bad_whole, { min, max });
  }
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed) ? Number(typed) : 0;
  return value > 0 && value < Infinity ? value : words.bad_number;
}

// Return all settings, or nothing if one is wrong; then the first such has the focus.
function typedSettings() {
  const typed = { type: form.elements.type.value };
  let wrong = null;
  for (const name of Object.keys(settings)) {
    const input = form.elements[name];
    const value = valueOf(name, input.value.normalize("NFKC").trim());
    const error = typeof value === "string" ? value : "";
    input.setAttribute("aria-invalid", Boolean(error));
    document.getElementById(`${input.id}-error`).textContent = error;
    if (error) {
      wrong = wrong || input;
    }
    typed[name] = value;
  }
  if (wrong) {
    say(words.refused);
    wrong.focus();
    return null;
  }
  return typed;
}

function inWords(typed) {
  return fill(words.given, { ...typed, rate: number(typed.learning_rate, 6) });
}

// -- Runs -----------------------------------------------------------------------------

function startRun() {
  const typed = typedSettings();
  if (!typed) {
    return;
  }
  let thread = null;
  try {
    thread = new Worker(worker);
  } catch (error) {
    say(failure(error)); // Chromium throws in a page that is a file
    return;
  }
  count += 1;
  const run = { ...typed, number: count, settings: inWords(typed), losses: [] };
  runs = runs.filter((each) => each.settings !== run.settings).slice(-KEPT);
  runs.push(run);
  thread.addEventListener("message", ({ data }) => {
    if (computing === thread) {
      take(run, data);
    }
  });
  thread.addEventListener("error", (error) => {
    if (computing === thread) {
      runs.pop();
      rest(failure(error));
    }
  });
  thread.postMessage(typed);
  computing = thread;
  showButtons();
  say(fill(words.started, run));
  show();
}

// Say why there is no run. An error without a message is that of a file not loaded.
function failure({ message }) {
  if (location.protocol === "file:") {
    return words.file;
  }
  return message ? fill(words.broken, { message }) : words.unloaded;
}

function take(run, { losses, end }) {
  const told = Math.floor(run.losses.length / 100);
  run.losses.push(...losses);
  const hundreds = Math.floor(run.losses.length / 100);
  if (end) {
    rest(...ending(run, end));
  } else if (hundreds > told) {
    const step = 100 * hundreds - 1;
    say(fill(words.progress, { step, loss: number(run.losses[step], 6) }));
    show();
  } else if (!calm.matches) {
    draw();
  }
}

function ending(run, { overflow, still, dead }) {
  const { digits, largest } = TYPES[run.type];
  const values = { ...run, ...last(run), digits, largest, dead };
  if (overflow) {
    return [fill(words.diverged, values), fill(words[values.loss], values)];
  }
  const sentences = [fill(words.done, values)];
  if (still > 0.5) {
    const percent = Math.floor(1000 * still) / 10;
    sentences.push(fill(words.still, { ...values, percent }));
  }
  if (dead > 0) {
    sentences.push(fill(words.dead, values));
  }
  return sentences;
}

function stopRun() {
  const run = newest();
  if (run.losses.length) {
    rest(fill(words.stopped, { ...run, ...last(run) }));
  } else {
    runs.pop();
    rest(fill(words.stopped_early, run));
  }
}

function rest(...sentences) {
  computing.terminate();
  computing = null;
  showButtons();
  show();
  say(...sentences);
}

function startOver() {
  if (computing) {
    computing.terminate();
    computing = null;
  }
  form.reset();
  typedSettings(); // takes away what was wrong
  [runs, count] = [[], 0];
  showButtons();
  show();
  say(words.reset);
}

// Their state is told, but they keep the focus: they are not disabled for good.
function showButtons() {
  startButton.setAttribute("aria-disabled", computing !== null);
  stopButton.setAttribute("aria-disabled", computing === null);
}

// -- What is shown --------------------------------------------------------------------

const numpy = { name: "NumPy", losses };
const [recorded] = legend.children;

const newest = () => runs[runs.length - 1];

function curves() {
  const kind = (run) => (run === newest() ? "newest" : `dashes-${run.number % 4}`);
  return [
    { name: numpy.name, kind: "numpy", values: losses },
    ...runs.map((run) => ({ name: run.number, kind: kind(run), values: run.losses })),
  ];
}

function draw() {
  drawChart(svg, curves());
}

function show() {
  if (!computing || !calm.matches) {
    draw();
  }
  legend.replaceChildren(
    recorded,
    ...runs.map((run, i) => {
      const { kind } = curves()[i + 1];
      const item = document.createElement("li");
      const sample = element("svg", { width: 44, height: 12, "aria-hidden": "true" });
      sample.append(element("path", { class: `curve ${kind}`, d: "M2 6H42" }));
      item.append(sample, fill(words.run, run));
      return item;
    }),
  );
  svg.setAttribute("aria-label", joined([words.chart, ...inSentences()]));
  showTable();
}

function inSentences() {
  const named = runs.map((run) => ({ ...run, name: fill(words.name, run) }));
  return [numpy, ...named]
    .filter((each) => each.losses.length)
    .map((each) => {
      const { step, loss } = last(each);
      const first = number(each.losses[0], 6);
      return fill(words.curve, { name: each.name, first, last: loss, step });
    });
}

// The losses at every hundredth step, and at the last of the newest run.
function showTable() {
  const columns = [numpy, ...runs.slice(-1)];
  const steps = [];
  const length = Math.max(...columns.map((each) => each.losses.length));
  for (let step = 99; step < length; step += 100) {
    steps.push(step);
  }
  const end = newest() ? newest().losses.length - 1 : -1;
  if (end >= 0 && end % 100 !== 99) {
    steps.push(end);
    steps.sort((a, b) => a - b);
  }
  const head = table.tHead.rows[0];
  while (head.cells.length > 2) {
    head.lastElementChild.remove();
  }
  if (newest()) {
    head.append(cell("th", fill(words.name, newest()), "col"));
  }
  table.tBodies[0].replaceChildren(
    ...steps.map((step) => {
      const row = document.createElement("tr");
      const values = columns.map((each) => each.losses[step]);
      const texts = values.map((loss) => (loss === undefined ? "–" : number(loss, 6)));
      row.append(cell("th", step, "row"), ...texts.map((each) => cell("td", each)));
      return row;
    }),
  );
}

function cell(name, content, scope) {
  const made = document.createElement(name);
  made.textContent = content;
  if (scope) {
    made.scope = scope;
  }
  return made;
}

// -- The page -------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!computing) {
    startRun();
  }
});
stopButton.addEventListener("click", () => {
  if (computing) {
    stopRun();
  }
});
clearButton.addEventListener("click", startOver);

box.querySelector(".without-script").remove();
show();
new ResizeObserver(draw).observe(figure);
