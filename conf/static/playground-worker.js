// The network of the first example, with its names, trained in a thread of its own.
//
// It is sent {learning_rate, H, steps, seed, type}. It sends {losses}, those since
// the last message, again and again; at last {end}, what is to be said about the run.

importScripts(`playground-random.js${self.location.search}`);

const [N, D_IN, D_OUT] = [64, 1000, 10]; // batch, input and output size
const PAUSE = 50; // milliseconds between two messages

addEventListener("message", ({ data }) => {
  if (data.type === "float32") {
    train(data, Float32Array, Math.fround);
  } else {
    train(data, Float64Array, (number) => number);
  }
});

// Every result is rounded to the type of the numbers; a multiply-add once, as in BLAS.
function train({ learning_rate, H, steps, seed }, Numbers, round) {
  const multiply = product(round);
  const zeros = (rows, columns) => new Numbers(rows * columns);
  const normal = standardNormal(seed);
  const draw = (rows, columns) => zeros(rows, columns).map(normal);

  const x = draw(N, D_IN);
  const y = draw(N, D_OUT);
  const w1 = draw(D_IN, H);
  const w2 = draw(H, D_OUT);
  const x_T = transposed(x, D_IN);
  const [h, h_relu, grad_h_relu, grad_h] = [1, 2, 3, 4].map(() => zeros(N, H));
  const [y_pred, grad_y_pred] = [1, 2].map(() => zeros(N, D_OUT));
  const grad_w1 = zeros(D_IN, H);
  const grad_w2 = zeros(H, D_OUT);

  let losses = [];
  let sent = performance.now();
  const end = {};
  for (let t = 0; t < steps && !end.overflow; t++) {
    // Forward pass: from the input to the loss.
    multiply(h, x, w1, D_IN);
    for (let i = 0; i < h.length; i++) h_relu[i] = Math.max(h[i], 0);
    multiply(y_pred, h_relu, w2, H);
    const loss = squaredError(y_pred, y, round);

    // Backward pass: from the loss to the gradients.
    for (let i = 0; i < y.length; i++) grad_y_pred[i] = 2 * round(y_pred[i] - y[i]);
    multiply(grad_w2, transposed(h_relu, H), grad_y_pred, N);
    multiply(grad_h_relu, grad_y_pred, transposed(w2, D_OUT), D_OUT);
    for (let i = 0; i < h.length; i++) grad_h[i] = grad_h_relu[i] * (h[i] > 0 ? 1 : 0);
    multiply(grad_w1, x_T, grad_h, N);

    // Update: a small step against the gradient.
    const still = update(w1, grad_w1, round(learning_rate), round);
    update(w2, grad_w2, round(learning_rate), round);

    losses.push(loss);
    end.overflow = !Number.isFinite(loss);
    if (end.overflow || t === steps - 1) {
      end.still = still;
      end.dead = dead(h, H);
    }
    if (performance.now() - sent > PAUSE) {
      postMessage({ losses });
      losses = [];
      sent = performance.now();
    }
  }
  postMessage({ losses, end });
}

// Return a function that sets out to a @ b, where b has n rows. It takes eight products
// at a time and adds them up in two sums: quicker, and nearer to the true sum.
function product(round) {
  return (out, a, b, n) => {
    const columns = b.length / n;
    out.fill(0);
    for (let i = 0, o = 0; i < a.length; i += n, o += columns) {
      let k = 0;
      for (; k + 8 <= n; k += 8) {
        const q = i + k;
        const [a0, a1, a2, a3] = [a[q], a[q + 1], a[q + 2], a[q + 3]];
        const [a4, a5, a6, a7] = [a[q + 4], a[q + 5], a[q + 6], a[q + 7]];
        const [b0, b1] = [k * columns, (k + 1) * columns];
        const [b2, b3] = [(k + 2) * columns, (k + 3) * columns];
        const [b4, b5] = [(k + 4) * columns, (k + 5) * columns];
        const [b6, b7] = [(k + 6) * columns, (k + 7) * columns];
        for (let j = 0; j < columns; j++) {
          let s = round(a0 * b[b0 + j]);
          s = round(s + a1 * b[b1 + j]);
          s = round(s + a2 * b[b2 + j]);
          s = round(s + a3 * b[b3 + j]);
          let t = round(a4 * b[b4 + j]);
          t = round(t + a5 * b[b5 + j]);
          t = round(t + a6 * b[b6 + j]);
          t = round(t + a7 * b[b7 + j]);
          out[o + j] += round(s + t);
        }
      }
      for (; k < n; k++) {
        for (let j = 0; j < columns; j++) {
          out[o + j] += a[i + k] * b[k * columns + j];
        }
      }
    }
  };
}

function transposed(a, columns) {
  const rows = a.length / columns;
  const out = new a.constructor(a.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = a[row * columns + column];
    }
  }
  return out;
}

// Row by row, so that no long sum loses digits.
function squaredError(y_pred, y, round) {
  let sum = 0;
  for (let i = 0; i < y.length; i += D_OUT) {
    let row = 0;
    for (let j = i; j < i + D_OUT; j++) {
      row = round(row + round(round(y_pred[j] - y[j]) ** 2));
    }
    sum = round(sum + row);
  }
  return sum;
}

// Return which share of the weights stayed as it was although it has a gradient.
function update(weights, gradient, learningRate, round) {
  let [wanted, still] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    const old = weights[i];
    weights[i] = old - round(learningRate * gradient[i]);
    wanted += gradient[i] !== 0;
    still += gradient[i] !== 0 && weights[i] === old;
  }
  return wanted ? still / wanted : 0;
}

// Return how many hidden units are zero for every input of the batch.
function dead(h, H) {
  let alive = 0;
  for (let unit = 0; unit < H; unit++) {
    alive += h.some((number, i) => i % H === unit && number > 0);
  }
  return H - alive;
}
