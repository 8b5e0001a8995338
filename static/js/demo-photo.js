// A photo of a digit becomes ink: opaque where it is darker (or lighter) than its ground. It never leaves the browser.
const MOST_BYTES = 30e6, MOST_PIXELS = 40e6;

// The picture as `size` x `size` pixels whose alpha is the ink. Throws with one sentence for the visitor.
export async function inkOf(file, size) {
  if (file.size > MOST_BYTES) throw new Error(`This file has ${(file.size / 1e6).toFixed(0)} MB; at most ${MOST_BYTES / 1e6} are read. Make it smaller first.`);
  const image = await opened(file);
  const {naturalWidth: w, naturalHeight: h} = image;
  if (w * h > MOST_PIXELS) throw new Error(`This photo has ${(w * h / 1e6).toFixed(0)} megapixels; at most ${MOST_PIXELS / 1e6} are read. Make it smaller first.`);
  const canvas = Object.assign(document.createElement('canvas'), {width: size, height: size});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const scale = size / Math.max(w, h);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (size - w * scale) / 2, (size - h * scale) / 2, w * scale, h * scale);
  URL.revokeObjectURL(image.src);
  return inked(context.getImageData(0, 0, size, size));
}

function opened(file) {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => fail(new Error('This file is not a picture that the browser can read.'));
    image.src = URL.createObjectURL(file);
  });
}

// The ground is what most of the picture looks like; what differs by less than a third of the most is ground too.
function inked(image) {
  const {data} = image;
  const light = [];
  for (let i = 0; i < data.length; i += 4) light.push(data[i + 3] < 128 ? NaN : 0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2]);
  const sorted = light.filter(value => !Number.isNaN(value)).sort((a, b) => a - b);
  const ground = sorted[sorted.length >> 1];
  const most = Math.max(ground - sorted[0], sorted[sorted.length - 1] - ground);
  if (!(most > 30)) throw new Error('Nothing stands out in this picture: take one of dark ink on light paper.');
  light.forEach((value, i) => {
    const differs = Number.isNaN(value) ? 0 : Math.abs(value - ground) / most;
    data.set([0, 0, 0, 255 * Math.min(1, Math.max(0, (differs - 0.33) / 0.34))], 4 * i);
  });
  return image;
}
