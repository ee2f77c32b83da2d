import { threadNumber } from './kernel.ts'

/* The WGSL of batch normalisation; T is f32 or vec4<f32>. See normalisation.ts. */

/** Threads of a workgroup. */
export const threads = 256

/** How x is cut, for the code; `channels` counts fours where T is a vector. */
export type CutInts = Readonly<Record<'rows' | 'channels' | 'lanes' | 'rowLanes' | 'group' | 'parts', number>>

export interface Code {
  readonly over: 'parts' | 'channels' | 'numbers'
  /** Of the settings. */
  readonly ints: readonly (keyof CutInts)[]
  readonly text: string
}

const gridInts = ['rows', 'channels', 'lanes', 'rowLanes', 'group'] as const

/** A thread's place: its channel, and the first row of those it takes. */
const place = `
  let lane = i32(localIndex) % settings.lanes;
  let row = i32(localIndex) / settings.lanes;
  let channel = i32(workgroupId.x) * settings.lanes + lane;
  let isMine = channel < settings.channels;
`

/** Joins what the rows of the grid hold into the first of them. */
const tree = `
  for (var half = settings.rowLanes / 2; half > 0; half = half / 2) {
    workgroupBarrier();
    if (row < half) {
      held[localIndex] = joined(held[localIndex], held[localIndex + u32(half * settings.lanes)]);
    }
  }
`

/** Count, mean and sum of squared distances from it; joined as Chan et al. 1979 have it. */
const momentsType = `
  struct Moments { count : f32, mean : T, squares : T };
  var<workgroup> held : array<Moments, ${threads}>;

  fn joined(a : Moments, b : Moments) -> Moments {
    let count = a.count + b.count;
    let share = b.count / max(count, 1.0);
    let apart = b.mean - a.mean;
    return Moments(count, a.mean + apart * share, a.squares + b.squares + apart * apart * (a.count * share));
  }
`

export const moments: Code = {
  over: 'parts',
  ints: gridInts,
  text: `
    ${momentsType}
    fn main() {
      ${place}
      let part = i32(workgroupId.y);
      let end = min((part + 1) * settings.group, settings.rows);
      var mine = Moments(0.0, T(), T());
      if (isMine) {
        for (var r = part * settings.group + row; r < end; r = r + settings.rowLanes) {
          let value = x[r * settings.channels + channel];
          let apart = value - mine.mean;
          mine.count = mine.count + 1.0;
          mine.mean = mine.mean + apart / mine.count;
          mine.squares = mine.squares + apart * (value - mine.mean);
        }
      }
      held[localIndex] = mine;
      ${tree}
      if (isMine && row == 0) {
        let at = part * 2 * settings.channels + channel;
        partial[at] = held[localIndex].mean;
        partial[at + settings.channels] = held[localIndex].squares;
      }
    }
  `,
}

export const joinMoments: Code = {
  over: 'channels',
  ints: [...gridInts, 'parts'],
  text: `
    ${momentsType}
    fn main() {
      ${place}
      var mine = Moments(0.0, T(), T());
      if (isMine) {
        for (var part = row; part < settings.parts; part = part + settings.rowLanes) {
          let at = part * 2 * settings.channels + channel;
          let count = f32(min(settings.group, settings.rows - part * settings.group));
          mine = joined(mine, Moments(count, partial[at], partial[at + settings.channels]));
        }
      }
      held[localIndex] = mine;
      ${tree}
      if (isMine && row == 0) {
        let biased = held[localIndex].squares / f32(settings.rows);
        mean[channel] = held[localIndex].mean;
        variance[channel] = biased;
        inverse[channel] = T(1.0) / sqrt(biased + T(settings.epsilon));
      }
    }
  `,
}

/** ReLU by comparison: max() may swallow a NaN, and with it the news that a run diverged. */
export const apply = (relu: boolean, residual: boolean): Code => ({
  over: 'numbers',
  ints: ['channels'],
  text: `
    ${threadNumber(threads)}
    fn main() {
      let i = threadNumber();
      if (i < settings.size) {
        let c = i % settings.channels;
        var value = (x[i] - mean[c]) * (inverse[c] * gamma[c]) + beta[c];
        ${residual ? 'value = value + residual[i];' : ''}
        ${relu ? 'value = select(value, T(), value < T());' : ''}
        y[i] = value;
      }
    }
  `,
})

const slopeAt = (relu: boolean, at: string): string =>
  relu ? `select(T(), dy[${at}], y[${at}] > T())` : `dy[${at}]`

/** Σ dy and Σ dy · (x - mean) */
const slopesType = `
  struct Slopes { plain : T, byDistance : T };
  var<workgroup> held : array<Slopes, ${threads}>;

  fn joined(a : Slopes, b : Slopes) -> Slopes {
    return Slopes(a.plain + b.plain, a.byDistance + b.byDistance);
  }
`

export const slopes = (relu: boolean): Code => ({
  over: 'parts',
  ints: gridInts,
  text: `
    ${slopesType}
    fn main() {
      ${place}
      let part = i32(workgroupId.y);
      let end = min((part + 1) * settings.group, settings.rows);
      var mine = Slopes(T(), T());
      if (isMine) {
        let centre = mean[channel];
        for (var r = part * settings.group + row; r < end; r = r + settings.rowLanes) {
          let at = r * settings.channels + channel;
          let slope = ${slopeAt(relu, 'at')};
          mine = joined(mine, Slopes(slope, slope * (x[at] - centre)));
        }
      }
      held[localIndex] = mine;
      ${tree}
      if (isMine && row == 0) {
        let at = part * 2 * settings.channels + channel;
        partial[at] = held[localIndex].plain;
        partial[at + settings.channels] = held[localIndex].byDistance;
      }
    }
  `,
})

/** dβ = Σ dy, dγ = Σ dy · (x - mean) · inverse, and what `back` needs of each channel. */
export const joinSlopes: Code = {
  over: 'channels',
  ints: ['rows', 'channels', 'lanes', 'rowLanes', 'parts'],
  text: `
    ${slopesType}
    fn main() {
      ${place}
      var mine = Slopes(T(), T());
      if (isMine) {
        for (var part = row; part < settings.parts; part = part + settings.rowLanes) {
          let at = part * 2 * settings.channels + channel;
          mine = joined(mine, Slopes(partial[at], partial[at + settings.channels]));
        }
      }
      held[localIndex] = mine;
      ${tree}
      if (isMine && row == 0) {
        let scale = inverse[channel];
        let byScale = held[localIndex].byDistance * scale;
        dBeta[channel] = held[localIndex].plain;
        dGamma[channel] = byScale;
        terms[channel] = mean[channel];
        terms[settings.channels + channel] = scale * gamma[channel];
        terms[2 * settings.channels + channel] = held[localIndex].plain / f32(settings.rows);
        terms[3 * settings.channels + channel] = byScale * scale / f32(settings.rows);
      }
    }
  `,
}

/** dx = γ · inverse · (dy - Σdy / n - (x - mean) · inverse · dγ / n) */
export const back = (relu: boolean, residual: boolean): Code => ({
  over: 'numbers',
  ints: ['channels'],
  text: `
    ${threadNumber(threads)}
    fn main() {
      let i = threadNumber();
      if (i < settings.size) {
        let c = i % settings.channels;
        let slope = ${slopeAt(relu, 'i')};
        let distance = x[i] - terms[c];
        let expected = terms[2 * settings.channels + c] + distance * terms[3 * settings.channels + c];
        dx[i] = terms[settings.channels + c] * (slope - expected);
        ${residual ? 'dResidual[i] = slope;' : ''}
      }
    }
  `,
})

export const moveCode = `
  ${threadNumber(threads)}
  fn main() {
    let i = threadNumber();
    if (i < settings.size) {
      newMean[i] = movingMean[i] * settings.keep + mean[i] * settings.rate;
      newVariance[i] = movingVariance[i] * settings.keep + variance[i] * settings.correction * settings.rate;
    }
  }
`
