// A chart of curves over a logarithmic axis, drawn anew at each call.
//
// drawChart(svg, curves) takes curves {name, kind, values}; kind is a class in the style
// sheet. A curve ends where its values leave the chart, or are no longer numbers.

const HIGHEST = 1e12; // what diverges leaves the chart here

function drawChart(svg, curves) {
  const width = svg.parentElement.clientWidth;
  const height = Math.min(360, Math.max(240, width * 0.6));
  const area = { left: 48, top: 20, width: width - 100, height: height - 56 };
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);

  const longest = Math.max(...curves.map(({ values }) => values.length));
  const shown = curves.flatMap(({ values }) => values.filter((value) => value > 0));
  const decade = (value) => Math.log10(Math.min(value, HIGHEST));
  const low = Math.floor(Math.min(...shown.map(decade)));
  const high = Math.ceil(Math.max(...shown.map(decade)));
  const x = (step) => area.left + (step / Math.max(longest - 1, 1)) * area.width;
  const y = (value) =>
    area.top + ((high - Math.log10(value)) / (high - low)) * area.height;

  const plot = element("svg", {
    role: "presentation",
    y: area.top,
    width,
    height: area.height,
    viewBox: `0 ${area.top} ${width} ${area.height}`,
  });
  svg.replaceChildren(...axes(area, x, y, low, high, longest), plot);
  const ends = [];
  for (const { name, kind, values } of curves) {
    const points = curvePoints(values, x, y, area);
    if (points.length) {
      const d = `M${points.map((point) => point.map((n) => n.toFixed(1))).join("L")}`;
      plot.append(element("path", { class: `curve ${kind}`, d }));
      ends.push({ name, point: points[points.length - 1] });
    }
  }
  svg.append(...labels(ends, area));
}

function curvePoints(values, x, y, area) {
  const points = [];
  for (const [step, value] of values.entries()) {
    if (!(value < Infinity)) {
      break;
    }
    points.push([x(step), Math.min(y(value), area.top + area.height)]); // also for 0
    if (y(value) < area.top) {
      break;
    }
  }
  return points;
}

// Lines and numbers of both axes, written as Python writes them.
function axes(area, x, y, low, high, longest) {
  const bottom = area.top + area.height;
  const right = area.left + area.width;
  const parts = [
    text("loss", { x: 0, y: 12 }),
    text("t", { x: right, y: bottom + 32, "text-anchor": "end" }),
  ];
  const most = area.height / 28;
  const decades = [1, 2, 3, 5, 10].find((each) => (high - low) / each <= most) || 20;
  const first = Math.ceil(low / decades) * decades;
  for (let power = first; power <= high; power += decades) {
    const at = y(10 ** power);
    const place = { x: area.left - 6, y: at + 4, "text-anchor": "end" };
    parts.push(element("path", { class: "grid", d: `M${area.left} ${at}H${right}` }));
    parts.push(text(number(10 ** power, 1), place));
  }
  const wide = area.width / 56;
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 250].find(
    (each) => longest / each <= wide,
  );
  for (let step = 0; step <= longest - 1 || step === 0; step += steps || 500) {
    parts.push(text(step, { x: x(step), y: bottom + 18, "text-anchor": "middle" }));
  }
  return parts;
}

// The names of the curves at their ends, one above the other where they would touch.
function labels(ends, area) {
  let above = Infinity;
  ends.sort((a, b) => b.point[1] - a.point[1]);
  return ends.map(({ name, point }) => {
    const out = point[1] < area.top;
    above = Math.min(Math.max(point[1], area.top) + 4, above - 13);
    const place = { x: point[0] + 6, y: above, class: "name" };
    return text(out ? `${name}↑` : name, place);
  });
}

function element(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function text(content, attributes) {
  const made = element("text", attributes);
  made.textContent = content;
  return made;
}

// A number with some significant digits, as Python's format "g" writes it.
function number(value, digits) {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  if (exponent < -4 || exponent >= digits) {
    const size = exponent.slice(1).padStart(2, "0");
    return `${shortened(mantissa)}e${exponent[0]}${size}`;
  }
  return shortened(value.toFixed(Math.max(digits - 1 - exponent, 0)));
}

function shortened(digits) {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
