// A drawing as MNIST would have stored it: the twin of app/demo/drawing.py, which says how and why, step by step.
export const SIDE = 28;
const LONGEST = 20, CENTRE = 14, THRESHOLD = 20;
const round = value => Math.floor(value + 0.5 + 1e-9);

// 784 numbers 0…255, row by row -> 784 whole numbers, or null where nothing is drawn.
export function normalised(pixels, centre = true) {
  const rows = Array.from({length: SIDE}, (_, y) => Array.from(pixels.slice(y * SIDE, (y + 1) * SIDE)));
  if (!pixels.some(value => value > THRESHOLD)) return null;
  const whole = centre ? placed(resized(boxed(rows))) : rows;
  return whole.flat().map(value => Math.min(255, round(value)));
}

function boxed(rows) {
  const inked = rows.map(row => row.some(value => value > THRESHOLD));
  const columns = rows[0].map((_, x) => rows.some(row => row[x] > THRESHOLD));
  return rows.slice(inked.indexOf(true), inked.lastIndexOf(true) + 1)
    .map(row => row.slice(columns.indexOf(true), columns.lastIndexOf(true) + 1));
}

function resized(box) {
  const longest = Math.max(box.length, box[0].length);
  const [h, w] = [box.length, box[0].length].map(size => Math.max(1, round(size * LONGEST / longest)));
  const across = shares(box[0].length, w), down = shares(box.length, h);
  const wide = box.map(row => across.map(share => dot(share, row)));
  return down.map(share => across.map((_, x) => dot(share, wide.map(row => row[x]))));
}

// How much each of `size` source pixels counts for each of n target pixels: the overlap of their lengths.
function shares(size, n) {
  const length = size / n;
  return Array.from({length: n}, (_, i) => Array.from({length: size}, (_, j) =>
    Math.max(0, Math.min((i + 1) * length, j + 1) - Math.max(i * length, j)) / length));
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// The centre of mass goes to index 14.
function placed(picture) {
  const [h, w] = [picture.length, picture[0].length];
  const byRow = picture.map(row => row.reduce((a, b) => a + b, 0));
  const byColumn = picture[0].map((_, x) => picture.reduce((sum, row) => sum + row[x], 0));
  const total = byRow.reduce((a, b) => a + b, 0);
  const start = (sums, size) =>
    Math.min(Math.max(round(CENTRE - sums.reduce((sum, value, i) => sum + value * i, 0) / total), 0), SIDE - size);
  const [top, left] = [start(byRow, h), start(byColumn, w)];
  const made = Array.from({length: SIDE}, () => Array(SIDE).fill(0));
  picture.forEach((row, y) => row.forEach((value, x) => { made[top + y][left + x] = value; }));
  return made;
}
