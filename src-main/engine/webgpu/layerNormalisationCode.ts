import { sumOf } from './reduction.ts'

/* The WGSL of layer and group normalisation; see layerNormalisation.ts. */

/** Of a workgroup that has the numbers of one mean, and of one that has some channels. */
export const threads = 256
export const channelThreads = 64

/** Rows beyond the last are computed again and not written, so that every thread meets the same barriers. */
const row = `
  let found = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
  let row = min(found, settings.rows - 1);
  let count = settings.places * settings.width;
`

const places = `
  /** Where the row's i-th number stands: its channel, and its index in x. */
  fn placeOf(row : i32, i : i32) -> vec2<i32> {
    let group = row % settings.groups;
    let place = row / settings.groups * settings.places + i / settings.width;
    let channel = group * settings.width + i % settings.width;
    return vec2<i32>(channel, place * settings.groups * settings.width + channel);
  }
`

const eachNumber = `for (var i = i32(localIndex); i < count; i = i + ${threads})`

/** The sum of squares is taken from the mean: a variance as the difference of two sums would lose its digits. */
export const forwardCode = `
  ${sumOf(threads)}
  ${places}
  fn main() {
    ${row}
    var sum = 0.0;
    ${eachNumber} { sum = sum + x[placeOf(row, i).y]; }
    let mean = sumOf(sum) / f32(count);
    var squares = 0.0;
    ${eachNumber} {
      let apart = x[placeOf(row, i).y] - mean;
      squares = squares + apart * apart;
    }
    let inverse = 1.0 / sqrt(sumOf(squares) / f32(count) + settings.epsilon);
    if (found == row) {
      ${eachNumber} {
        let at = placeOf(row, i);
        y[at.y] = (x[at.y] - mean) * inverse * gamma[at.x] + beta[at.x];
      }
      if (localIndex == 0u) {
        statistics[row * 2] = mean;
        statistics[row * 2 + 1] = inverse;
      }
    }
  }
`

export const gradientCode = `
  ${sumOf(threads)}
  ${places}
  fn main() {
    ${row}
    let mean = statistics[row * 2];
    let inverse = statistics[row * 2 + 1];
    var slopes = 0.0;
    var leaning = 0.0;
    ${eachNumber} {
      let at = placeOf(row, i);
      let slope = dy[at.y] * gamma[at.x];
      slopes = slopes + slope;
      leaning = leaning + slope * (x[at.y] - mean) * inverse;
    }
    slopes = sumOf(slopes) / f32(count);
    leaning = sumOf(leaning) / f32(count);
    if (found == row) {
      ${eachNumber} {
        let at = placeOf(row, i);
        dx[at.y] = inverse * (dy[at.y] * gamma[at.x] - slopes - (x[at.y] - mean) * inverse * leaning);
      }
    }
  }
`

export const channelsCode = `
  fn main() {
    let channel = i32(workgroupId.x) * ${channelThreads} + i32(localIndex);
    if (channel >= settings.channels) { return; }
    let first = i32(workgroupId.y) * settings.part;
    var gammaSum = 0.0;
    var betaSum = 0.0;
    for (var o = first; o < min(first + settings.part, settings.outer); o = o + 1) {
      let row = o * settings.groups + channel / settings.width;
      for (var place = 0; place < settings.places; place = place + 1) {
        let at = (o * settings.places + place) * settings.channels + channel;
        gammaSum = gammaSum + dy[at] * (x[at] - statistics[row * 2]) * statistics[row * 2 + 1];
        betaSum = betaSum + dy[at];
      }
    }
    gammas[i32(workgroupId.y) * settings.channels + channel] = gammaSum;
    betas[i32(workgroupId.y) * settings.channels + channel] = betaSum;
  }
`
