import { threadNumber } from './kernel.ts'
import { four, typeOf, type Width } from './tiles.ts'

/* The WGSL of a convolution's filter gradient; see filterGradient.ts. */

/** Places gathered at a time. */
export const depth = 16
/** Of a workgroup that adds parts. */
export const sumThreads = 64

/** `read` numbers of x are read at once, and `written` of dy and of dW. */
export function productCode(rows: number, sides: number, read: Width, written: Width): string {
  const threads = (rows / 4) * (sides / 4)
  /** Threads side by side that gather the taps of a place, and the outputs of a place. */
  const tapLanes = rows / read
  const outputLanes = sides / 4
  const slope =
    written === 4
      ? 'found = dy[(place * settings.outputs + output) / 4];'
      : four
          .map(
            (e) => `if (output + ${e} < settings.outputs) {
              found[${e}] = dy[place * settings.outputs + output + ${e}];
            }`,
          )
          .join(' ')
  const seen =
    read === 4
      ? 'patches[d][mine.x]'
      : `vec4<f32>(${four.map((e) => `patches[d][mine.x * 4 + ${e}]`).join(', ')})`
  const write =
    written === 4
      ? 'dw[at / 4] = sums[k];'
      : `for (var e = 0; e < min(4, settings.outputs - output); e = e + 1) {
            dw[at + e] = sums[k][e];
          }`
  return `
    var<workgroup> patches : array<array<${typeOf(read)}, ${tapLanes}>, ${depth}>;
    var<workgroup> slopes : array<array<vec4<f32>, ${outputLanes}>, ${depth}>;

    fn main() {
      let thread = i32(localIndex);
      let firstTap = i32(workgroupId.y) * ${rows};
      let firstPlace = i32(workgroupId.z) * settings.tiles * ${depth};
      // The tap that this thread gathers, of every place.
      let tapLane = thread % ${tapLanes};
      let tap = firstTap / ${read} + tapLane;
      let channel = tap % settings.channels;
      let spot = tap / settings.channels;
      let down = spot / settings.filterWidth - settings.top;
      let right = spot % settings.filterWidth - settings.left;
      let isTap = tap * ${read} < settings.taps;
      // The outputs whose slopes it gathers.
      let outputLane = thread % ${outputLanes};
      let output = i32(workgroupId.x) * ${sides} + outputLane * 4;
      // It makes the sums of four taps by these outputs.
      let mine = vec2<i32>(thread / ${outputLanes}, outputLane);
      var sums : array<vec4<f32>, 4>;

      for (var t = 0; t < settings.tiles; t = t + 1) {
        let start = firstPlace + t * ${depth};
        for (var at = thread / ${tapLanes}; at < ${depth}; at = at + ${threads / tapLanes}) {
          let place = start + at;
          let line = place / settings.outWidth;
          let row = (line % settings.outHeight) * settings.strideHeight + down;
          let column = (place % settings.outWidth) * settings.strideWidth + right;
          let isInside = row >= 0 && row < settings.height && column >= 0 && column < settings.width;
          var found = ${typeOf(read)}();
          if (isTap && isInside && place < settings.places) {
            let image = line / settings.outHeight;
            found = x[((image * settings.height + row) * settings.width + column) * settings.channels + channel];
          }
          patches[at][tapLane] = found;
        }
        for (var at = thread / ${outputLanes}; at < ${depth}; at = at + ${threads / outputLanes}) {
          let place = start + at;
          var found = vec4<f32>();
          if (place < settings.places && output < settings.outputs) {
            ${slope}
          }
          slopes[at][outputLane] = found;
        }
        workgroupBarrier();
        for (var d = 0; d < ${depth}; d = d + 1) {
          let slope = slopes[d][mine.y];
          let seen = ${seen};
          ${four.map((k) => `sums[${k}] = sums[${k}] + seen[${k}] * slope;`).join(' ')}
        }
        workgroupBarrier();
      }

      for (var k = 0; k < 4; k = k + 1) {
        let row = firstTap + mine.x * 4 + k;
        if (row < settings.taps && output < settings.outputs) {
          let at = (i32(workgroupId.z) * settings.taps + row) * settings.outputs + output;
          ${write}
        }
      }
    }
  `
}

/** Adds the parts, one after another. */
export const sumCode = `
  ${threadNumber(sumThreads)}
  fn main() {
    let i = threadNumber();
    if (i < settings.size) {
      var total = 0.0;
      for (var part = 0; part < settings.count; part = part + 1) {
        total = total + parts[part * settings.size + i];
      }
      sum[i] = total;
    }
  }
`
