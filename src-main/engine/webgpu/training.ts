import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { adamAttrs, lossAttrs, rmspropAttrs, sgdAttrs } from '../fusedAttrs.ts'
import type * as tf from '../tf.ts'
import { groupsFor, type Inputs, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'
import { reduction, sumOf } from './reduction.ts'

/* The loss, and the optimizers with each variable's whole update in one pass; see engine/fused.ts. */

/** Of a workgroup that takes one row of logits, and of one that passes over memory. */
const rowThreads = 64
const passThreads = 256

export function registerTraining(): void {
  register('AnnealSoftmaxLoss', softmaxLoss)
  register('AnnealSgdStep', sgdStep)
  register('AnnealAdamStep', adamStep)
  register('AnnealRmspropStep', rmspropStep)
}

/** Rows beyond the last are computed again and not written, so that every thread meets the same barriers. */
const rowLosses = `
  ${sumOf(rowThreads)}
  ${reduction('greatestOf', rowThreads, (a, b) => `select(${a}, ${b}, ${b} > ${a})`)}

  fn main() {
    let found = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
    let row = min(found, settings.rows - 1);
    let first = row * settings.classes;
    let own = i32(localIndex);
    var greatest = logits[first];
    for (var c = own; c < settings.classes; c = c + ${rowThreads}) {
      greatest = select(greatest, logits[first + c], logits[first + c] > greatest);
    }
    greatest = greatestOf(greatest);
    var total = 0.0;
    for (var c = own; c < settings.classes; c = c + ${rowThreads}) {
      total = total + exp(logits[first + c] - greatest);
    }
    let logTotal = log(sumOf(total));
    var loss = 0.0;
    for (var c = own; c < settings.classes; c = c + ${rowThreads}) {
      let logProbability = logits[first + c] - greatest - logTotal;
      let wanted = select(settings.off, settings.on, c == labels[row]);
      loss = loss - wanted * logProbability;
      if (found == row) {
        gradient[first + c] = (exp(logProbability) - wanted) * settings.scale;
      }
    }
    loss = sumOf(loss);
    if (found == row && own == 0) {
      losses[row] = loss;
    }
  }
`

const meanLoss = `
  ${sumOf(passThreads)}
  fn main() {
    var sum = 0.0;
    for (var row = i32(localIndex); row < settings.rows; row = row + ${passThreads}) {
      sum = sum + losses[row];
    }
    sum = sumOf(sum);
    if (localIndex == 0u) {
      loss[0] = sum * settings.scale;
    }
  }
`

function softmaxLoss(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const [logits, labels] = [input(inputs, 'logits'), input(inputs, 'labels')]
  const { smoothing } = lossAttrs.parse(attrs)
  const [rows = 1, classes = 1] = logits.shape
  const off = smoothing / classes
  const [losses, loss, gradient] = [make(backend, [rows]), make(backend, []), make(backend, logits.shape)]
  runKernel(backend, {
    name: 'SoftmaxRows',
    threads: rowThreads,
    groups: groupsFor(rows, 1),
    reads: { logits, labels },
    writes: { losses, gradient },
    types: { labels: 'i32' },
    ints: { rows, classes },
    floats: { on: 1 - smoothing + off, off, scale: 1 / rows },
    code: rowLosses,
  })
  runKernel(backend, {
    name: 'MeanLoss',
    threads: passThreads,
    groups: [1, 1, 1],
    reads: { losses },
    writes: { loss },
    ints: { rows },
    floats: { scale: 1 / rows },
    code: meanLoss,
  })
  backend.disposeData(losses.dataId)
  return [loss, gradient]
}

interface Update {
  readonly name: string
  readonly reads: Inputs
  /** Names of the results, in their order. */
  readonly results: readonly string[]
  /** By the attributes of a step. */
  readonly floatsOf: (attributes: tf.NamedAttrMap) => Readonly<Record<string, number>>
  readonly attrs: tf.NamedAttrMap
  /** What is done for number i. */
  readonly code: string
}

/** New weights and new state, in tensors of their own: the old ones may be shared with clones. */
function update(
  backend: WebGPUBackend,
  { name, reads, results, floatsOf, attrs, code }: Update,
): tf.TensorInfo[] {
  const { shape } = input(reads, 'w')
  const writes = Object.fromEntries(results.map((result) => [result, make(backend, shape)]))
  const size = sizeOf(shape)
  runKernel(backend, {
    name,
    threads: passThreads,
    groups: groupsFor(size, passThreads),
    reads,
    writes,
    ints: { size },
    floats: floatsOf(attrs),
    floatsOf,
    code: `
      ${threadNumber(passThreads)}
      fn main() {
        let i = threadNumber();
        if (i < settings.size) {
          ${code}
        }
      }
    `,
  })
  return Object.values(writes)
}

/* Of all variables of a step the same: a recorded step asks each of these once. */

function sgdFloats(attributes: tf.NamedAttrMap) {
  const { nesterov: _, ...floats } = sgdAttrs.parse(attributes)
  return floats
}

function plainSgdFloats(attributes: tf.NamedAttrMap) {
  const { momentum: _, ...floats } = sgdFloats(attributes)
  return floats
}

function adamFloats(attributes: tf.NamedAttrMap) {
  const { beta1, beta2, ...others } = adamAttrs.parse(attributes)
  return { ...others, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2 }
}

function rmspropFloats(attributes: tf.NamedAttrMap) {
  const { alpha, ...others } = rmspropAttrs.parse(attributes)
  return { ...others, alpha, rest: 1 - alpha }
}

function plainRmspropFloats(attributes: tf.NamedAttrMap) {
  const { momentum: _, ...floats } = rmspropFloats(attributes)
  return floats
}

/* The formulas and the order of their roundings are those of trainer/optimizers. A step with momentum 0 has no buffer. */

function sgdStep(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { momentum, nesterov } = sgdAttrs.parse(attrs)
  const [w, g] = [input(inputs, 'w'), input(inputs, 'g')]
  const gradient = 'let gradient = g[i] + w[i] * settings.decay;'
  const apply = (direction: string) => `newW[i] = w[i] * settings.keep - ${direction} * settings.lr;`
  if (momentum === 0) {
    const code = `${gradient} ${apply('gradient')}`
    return update(backend, {
      name: 'Sgd',
      reads: { w, g },
      results: ['newW'],
      floatsOf: plainSgdFloats,
      attrs,
      code,
    })
  }
  return update(backend, {
    name: nesterov ? 'SgdNesterov' : 'SgdMomentum',
    reads: { w, g, buffer: input(inputs, 'momentum') },
    results: ['newW', 'newBuffer'],
    floatsOf: sgdFloats,
    attrs,
    code: `
      ${gradient}
      let moved = buffer[i] * settings.momentum + gradient;
      newBuffer[i] = moved;
      ${apply(nesterov ? '(gradient + moved * settings.momentum)' : 'moved')}
    `,
  })
}

function adamStep(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const [w, g] = [input(inputs, 'w'), input(inputs, 'g')]
  return update(backend, {
    name: 'Adam',
    reads: { w, g, first: input(inputs, 'first'), second: input(inputs, 'second') },
    results: ['newW', 'newFirst', 'newSecond'],
    floatsOf: adamFloats,
    attrs,
    code: `
      let gradient = g[i] + w[i] * settings.decay;
      let m = first[i] * settings.beta1 + gradient * settings.rest1;
      let v = second[i] * settings.beta2 + gradient * gradient * settings.rest2;
      newFirst[i] = m;
      newSecond[i] = v;
      let direction = m / (sqrt(v) * settings.inverseRoot + settings.epsilon);
      newW[i] = w[i] * settings.keep - direction * settings.stepSize;
    `,
  })
}

function rmspropStep(backend: WebGPUBackend, inputs: Inputs, attrs: tf.NamedAttrMap): tf.TensorInfo[] {
  const { momentum } = rmspropAttrs.parse(attrs)
  const [w, g, square] = [input(inputs, 'w'), input(inputs, 'g'), input(inputs, 'square')]
  const direction = `
    let gradient = g[i] + w[i] * settings.decay;
    let s = square[i] * settings.alpha + gradient * gradient * settings.rest;
    newSquare[i] = s;
    let direction = gradient / (sqrt(s) + settings.epsilon);
  `
  if (momentum === 0)
    return update(backend, {
      name: 'Rmsprop',
      reads: { w, g, square },
      results: ['newW', 'newSquare'],
      floatsOf: plainRmspropFloats,
      attrs,
      code: `${direction} newW[i] = w[i] - direction * settings.lr;`,
    })
  return update(backend, {
    name: 'RmspropMomentum',
    reads: { w, g, square, buffer: input(inputs, 'momentum') },
    results: ['newW', 'newSquare', 'newBuffer'],
    floatsOf: rmspropFloats,
    attrs,
    code: `
      ${direction}
      let moved = buffer[i] * settings.momentum + direction;
      newBuffer[i] = moved;
      newW[i] = w[i] - moved * settings.lr;
    `,
  })
}
