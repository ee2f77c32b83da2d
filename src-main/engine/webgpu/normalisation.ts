import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { z } from 'zod'
import type * as tf from '../tf.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'

/*
 * Batch normalisation while training, with the ReLU and the residual sum that may follow it; see engine/fused.ts. The
 * sums over x [rows, channels] are made in parts of the rows, and a second pass joins the parts: in either, the threads
 * of a workgroup are a grid of rows by channels whose columns are joined in a tree. Which numbers meet in which order
 * depends on the shape alone, so the bits are the same every time. Where channels come in fours a thread takes four.
 */

const attributes = z.object({ epsilon: z.number(), relu: z.boolean() })
const gradientAttributes = z.object({ hasResidual: z.boolean() })

const threads = 256
/** Workgroups that keep a large GPU busy. */
const wantedGroups = 256
/** Below so many rows for each thread a part costs more than it saves. */
const leastRows = 8
/** Channels side by side in a workgroup, at most: a cache line or more. */
const mostLanes = 64

export function registerNormalisation(): void {
  register('AnnealBatchNorm', forward)
  register('AnnealBatchNormGrad', backward)
}

/** How x is cut; `channels` counts fours where T is a vector. */
interface Cut {
  readonly type: 'f32' | 'vec4<f32>'
  /** Numbers of that type in x. */
  readonly size: number
  readonly groups: [number, number, number]
  /** For the second pass. */
  readonly joinGroups: [number, number, number]
  readonly channelCount: number
  readonly parts: number
  readonly ints: Record<'rows' | 'channels' | 'lanes' | 'rowLanes' | 'group' | 'parts', number>
}

function cut({ shape }: tf.TensorInfo): Cut {
  const channelCount = shape.at(-1) ?? 1
  const rows = sizeOf(shape) / channelCount
  const width = channelCount % 4 === 0 ? 4 : 1
  const channels = channelCount / width
  const lanes = Math.min(mostLanes, 2 ** Math.ceil(Math.log2(channels)))
  const rowLanes = threads / lanes
  const columns = Math.ceil(channels / lanes)
  const wanted = Math.min(Math.ceil(wantedGroups / columns), Math.floor(rows / (rowLanes * leastRows)))
  const group = Math.ceil(rows / Math.max(1, wanted))
  const parts = Math.ceil(rows / group)
  return {
    type: width === 4 ? 'vec4<f32>' : 'f32',
    size: rows * channels,
    groups: [columns, parts, 1],
    joinGroups: [columns, 1, 1],
    channelCount,
    parts,
    ints: { rows, channels, lanes, rowLanes, group, parts },
  }
}

function forward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { epsilon, relu } = attributes.parse(attrs)
  const [x, gamma, beta] = [input(inputs, 'x'), input(inputs, 'gamma'), input(inputs, 'beta')]
  const { residual } = inputs
  const shape = cut(x)
  const vector = () => make(backend, [shape.channelCount])
  const [y, mean, variance, inverse] = [make(backend, x.shape), vector(), vector(), vector()]
  const partial = make(backend, [shape.parts, 2, shape.channelCount])
  run(backend, shape, 'Moments', { reads: { x }, writes: { partial }, code: moments })
  run(backend, shape, 'JoinMoments', {
    reads: { partial },
    writes: { mean, variance, inverse },
    floats: { epsilon },
    code: joinMoments,
  })
  backend.disposeData(partial.dataId)
  run(backend, shape, `Apply${relu ? 'Relu' : ''}${residual ? 'Residual' : ''}`, {
    reads: { x, mean, inverse, gamma, beta, ...(residual && { residual }) },
    writes: { y },
    code: apply(relu, residual !== undefined),
  })
  return [y, mean, variance, inverse]
}

function backward(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { hasResidual } = gradientAttributes.parse(attrs)
  const [dy, x, gamma] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'gamma')]
  const [mean, inverse] = [input(inputs, 'mean'), input(inputs, 'inverse')]
  // y is given where a ReLU follows: dy counts where it is above 0.
  const { y } = inputs
  const sources = { dy, x, ...(y && { y }) }
  const shape = cut(x)
  const [dx, dGamma, dBeta] = [
    make(backend, x.shape),
    make(backend, [shape.channelCount]),
    make(backend, [shape.channelCount]),
  ]
  const partial = make(backend, [shape.parts, 2, shape.channelCount])
  const terms = make(backend, [4, shape.channelCount])
  const relu = y === undefined ? '' : 'Relu'
  run(backend, shape, `Slopes${relu}`, {
    reads: { ...sources, mean },
    writes: { partial },
    code: slopes(y !== undefined),
  })
  run(backend, shape, 'JoinSlopes', {
    reads: { partial, mean, inverse, gamma },
    writes: { dGamma, dBeta, terms },
    code: joinSlopes,
  })
  backend.disposeData(partial.dataId)
  const dResidual = hasResidual ? make(backend, x.shape) : undefined
  run(backend, shape, `Back${relu}${hasResidual ? 'Residual' : ''}`, {
    reads: { ...sources, terms },
    writes: { dx, ...(dResidual && { dResidual }) },
    code: back(y !== undefined, hasResidual),
  })
  backend.disposeData(terms.dataId)
  return dResidual === undefined ? [dx, dGamma, dBeta] : [dx, dGamma, dBeta, dResidual]
}

interface Pass {
  readonly reads: Inputs
  readonly writes: Inputs
  readonly floats?: Record<string, number>
  readonly code: Code
}

interface Code {
  readonly over: 'parts' | 'channels' | 'numbers'
  /** Of the settings. */
  readonly ints: readonly (keyof Cut['ints'])[]
  readonly text: string
}

function run(backend: WebGPUBackend, shape: Cut, name: string, { reads, writes, floats, code }: Pass): void {
  const { type, size } = shape
  const groups = {
    parts: shape.groups,
    channels: shape.joinGroups,
    numbers: groupsFor(size, threads),
  }[code.over]
  const ints = Object.fromEntries(code.ints.map((key) => [key, shape.ints[key]]))
  const buffers = [...Object.keys(reads), ...Object.keys(writes)]
  runKernel(backend, {
    name: `Norm${name}${type === 'f32' ? '' : 'Fours'}`,
    threads,
    groups,
    reads,
    writes,
    types: Object.fromEntries(buffers.map((buffer) => [buffer, 'T'])),
    ints: code.over === 'numbers' ? { ...ints, size } : ints,
    ...(floats && { floats }),
    code: `alias T = ${type};\n${code.text}`,
  })
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

const moments: Code = {
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

const joinMoments: Code = {
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
const apply = (relu: boolean, residual: boolean): Code => ({
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

const slopes = (relu: boolean): Code => ({
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
const joinSlopes: Code = {
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
const back = (relu: boolean, residual: boolean): Code => ({
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
