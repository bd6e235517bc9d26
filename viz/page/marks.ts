// Small pictures that sprites share, drawn once: a white square, a soft cloud, a corner mark.
import { Texture } from "pixi.js";

/** Pixels of a cloud's picture. */
const CLOUD = 64;
const CORNER = 32;

export interface Marks {
  readonly square: Texture;
  /** White, fading towards a rounded edge. */
  readonly cloud: Texture;
  /** A triangle in the lower left corner (of a world with y upward). */
  readonly corner: Texture;
}

export function makeMarks(): Marks {
  return { square: Texture.WHITE, cloud: cloud(), corner: corner() };
}

function cloud(): Texture {
  const { canvas, context } = sheet(CLOUD);
  const image = context.createImageData(CLOUD, CLOUD);
  for (let y = 0; y < CLOUD; y++)
    for (let x = 0; x < CLOUD; x++) {
      // A superellipse: nearly the box, with round corners; opaque inside, gone at the edge.
      const [u, v] = [Math.abs((2 * x + 1) / CLOUD - 1), Math.abs((2 * y + 1) / CLOUD - 1)];
      const radius = (u ** 4 + v ** 4) ** 0.25;
      const alpha = Math.min(1, Math.max(0, (1 - radius) / 0.3));
      image.data.set(
        [255, 255, 255, Math.round(255 * (0.35 + 0.65 * alpha) * Math.min(1, alpha * 4))],
        4 * (y * CLOUD + x),
      );
    }
  context.putImageData(image, 0, 0);
  return Texture.from(canvas);
}

function corner(): Texture {
  const { canvas, context } = sheet(CORNER);
  context.fillStyle = "#fff";
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(CORNER, 0);
  context.lineTo(0, CORNER);
  context.fill();
  return Texture.from(canvas);
}

function sheet(side: number): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("internal: no drawing context");
  return { canvas, context };
}
