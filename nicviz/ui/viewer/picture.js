// Pictures as the server sent them: unpacking, decoding without any color conversion, exact pixel values.

/** Splits the blob of the server (see pack() in __init__.py) into its header; every pane gets a `blob` of its PNG. */
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)));
  const body = bytes.subarray(4 + headerLength);
  for (const pane of header.panes) pane.png = pane.hash ? body.subarray(pane.offset, pane.offset + pane.length) : null;
  return header;
}

function exactContext(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
  context.imageSmoothingEnabled = false;
  context.globalCompositeOperation = "copy";
  return context;
}

/** One decoded PNG. The pixels stay in the bitmap; arrays are made only for the part that is asked for. */
class Picture {
  static probe = exactContext(1, 1);

  constructor(png) {
    this.blob = new Blob([png], { type: "image/png" });
    this.bitmap = null;
    this.failed = false;
    this.closed = false;
    this.ready = this.decode();
  }

  async decode() {
    try {
      const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
      const bitmap = await createImageBitmap(this.blob, options);
      if (this.closed) bitmap.close();
      else this.bitmap = bitmap;
    } catch {
      this.failed = true;
    }
  }

  get width() {
    return this.bitmap.width;
  }

  get height() {
    return this.bitmap.height;
  }

  /** [R, G, B] at whole coordinates, or null outside. */
  at(x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
    Picture.probe.drawImage(this.bitmap, x, y, 1, 1, 0, 0, 1, 1);
    return [...Picture.probe.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  }

  /** ImageData of `rows` rows from row `top`. */
  rows(top, rows) {
    const context = exactContext(this.width, rows);
    context.drawImage(this.bitmap, 0, top, this.width, rows, 0, 0, this.width, rows);
    return context.getImageData(0, 0, this.width, rows);
  }

  close() {
    this.closed = true;
    this.bitmap?.close();
    this.bitmap = null;
  }
}

const STRIP_PIXELS = 1 << 18;
const SLICE_MS = 12;

/** The amplified difference of two pictures, computed in strips so that a large picture does not block the page. */
class Difference {
  constructor(picture, reference, gain, absolute) {
    Object.assign(this, { picture, reference, gain, absolute, max: 0, sum: 0, done: false, closed: false });
    this.canvas = new OffscreenCanvas(picture.width, picture.height);
    this.before = null;
  }

  isOf(picture, reference) {
    return this.picture === picture && this.reference === reference;
  }

  isShownAs(gain, absolute) {
    return this.gain === gain && this.absolute === absolute;
  }

  /** Takes the place of one of the same pictures, which is shown until this one is ready. */
  replace(other) {
    other.close();
    this.before = other.done ? other : other.before;
  }

  /** What can be shown: this one, the one before, or null. */
  get latest() {
    return this.done ? this : this.before;
  }

  /** Mean absolute difference over pixels and channels, in levels. */
  get mean() {
    return this.sum / (3 * this.canvas.width * this.canvas.height);
  }

  async compute() {
    const { width, height } = this.canvas;
    const context = this.canvas.getContext("2d");
    const step = Math.max(1, Math.floor(STRIP_PIXELS / width));
    let started = performance.now();
    for (let top = 0; top < height; top += step) {
      if (performance.now() - started > SLICE_MS) {
        await new Promise((resume) => setTimeout(resume));
        started = performance.now();
      }
      if (this.closed || this.picture.closed || this.reference.closed) return;
      context.putImageData(this.strip(top, Math.min(step, height - top)), 0, top);
    }
    this.done = true;
    this.before = null;
  }

  strip(top, rows) {
    const image = this.picture.rows(top, rows);
    const data = image.data;
    const other = this.reference.rows(top, rows).data;
    const { gain, absolute } = this;
    for (let i = 0; i < data.length; i += 1) {
      if (i % 4 === 3) continue;
      const signed = data[i] - other[i];
      const magnitude = Math.abs(signed);
      this.sum += magnitude;
      if (magnitude > this.max) this.max = magnitude;
      data[i] = absolute ? gain * magnitude : 128 + gain * signed; // clamped by the array
    }
    return image;
  }

  close() {
    this.closed = true;
  }
}
