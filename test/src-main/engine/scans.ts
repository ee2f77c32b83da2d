import assert from 'node:assert/strict'
import { scanOf } from '../../../src-main/engine/recurrent.ts'
import type { ScanAttrs } from '../../../src-main/engine/recurrentAttrs.ts'
import * as tf from '../../../src-main/engine/tf.ts'

/* Recurrent layers in one kernel and as tfjs composes them, for every device that has the kernel. */

const sigmoid = tf.sigmoid
const activations = {
  linear: (x: tf.Tensor) => x,
  sigmoid,
  tanh: tf.tanh,
  relu: tf.relu,
  hardSigmoid: (x: tf.Tensor) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
}

/** Of an example and a step: 1, or 0 for a step that is passed over. */
export type Seen = (batch: number, steps: number) => number[]

/** The states of a cell step by step, of operations that tfjs differentiates. */
export const composedScan =
  ({ cell, activation, gateActivation, sequences }: ScanAttrs, seen?: Seen) =>
  (z?: tf.Tensor, recurrent?: tf.Tensor, bias?: tf.Tensor): tf.Tensor => {
    assert.ok(z && recurrent)
    const [act, gate] = [activations[activation], activations[gateActivation]]
    const [batch = 0, steps = 0] = z.shape
    const units = recurrent.shape[0] ?? 0
    const r = tf.reshape<tf.Rank.R2>(recurrent, [units, -1])
    let h: tf.Tensor2D = tf.zeros([batch, units])
    let c: tf.Tensor = tf.zeros([batch, units])
    const states: tf.Tensor[] = []
    const part = (x: tf.Tensor, i: number) => tf.slice(x, [0, i * units], [-1, units])
    const mask = seen && tf.tensor2d(seen(batch, steps), [batch, steps])
    for (let step = 0; step < steps; step++) {
      const [stateBefore, carryBefore] = [h, c]
      const own = tf.reshape<tf.Rank.R2>(tf.slice(z, [0, step, 0], [-1, 1, -1]), [batch, -1])
      const sum = tf.add(own, tf.matMul(h, r))
      if (cell === 'simple') h = tf.reshape(act(sum), [batch, units])
      if (cell === 'lstm') {
        c = tf.add(tf.mul(gate(part(sum, 1)), c), tf.mul(gate(part(sum, 0)), act(part(sum, 2))))
        h = tf.mul(gate(part(sum, 3)), act(c))
      }
      if (cell === 'gru') {
        const v = gate(part(sum, 0))
        const kept = tf.mul<tf.Tensor2D>(gate(part(sum, 1)), h)
        const last = tf.matMul(kept, tf.slice(r, [0, 2 * units], [-1, units]))
        const n = act(tf.add(part(own, 2), last))
        h = tf.add(tf.mul(v, h), tf.mul(tf.sub(1, v), n))
      }
      if (cell === 'gruAfter') {
        const v = gate(part(sum, 0))
        const product = tf.add(tf.sub(part(sum, 2), part(own, 2)), bias ?? 0)
        const n = act(tf.add(part(own, 2), tf.mul(gate(part(sum, 1)), product)))
        h = tf.add(tf.mul(v, h), tf.mul(tf.sub(1, v), n))
      }
      if (mask !== undefined) {
        const kept = tf.cast(tf.slice(mask, [0, step], [-1, 1]), 'bool')
        h = tf.where(kept, h, stateBefore)
        c = tf.where(kept, c, carryBefore)
      }
      states.push(h)
    }
    return sequences ? tf.stack(states, 1) : h
  }

/** Cell, examples, steps and units. */
export const scans: [ScanAttrs, number, number, number][] = [
  [{ cell: 'lstm', activation: 'tanh', gateActivation: 'sigmoid', sequences: true }, 13, 5, 19],
  [{ cell: 'lstm', activation: 'relu', gateActivation: 'hardSigmoid', sequences: false }, 7, 3, 8],
  [{ cell: 'gru', activation: 'tanh', gateActivation: 'sigmoid', sequences: false }, 8, 4, 17],
  [{ cell: 'gru', activation: 'linear', gateActivation: 'hardSigmoid', sequences: true }, 2, 3, 5],
  [{ cell: 'gruAfter', activation: 'tanh', gateActivation: 'sigmoid', sequences: true }, 8, 4, 17],
  [{ cell: 'gruAfter', activation: 'relu', gateActivation: 'hardSigmoid', sequences: false }, 2, 3, 5],
  [{ cell: 'simple', activation: 'tanh', gateActivation: 'linear', sequences: true }, 7, 1, 9],
  [{ cell: 'simple', activation: 'sigmoid', gateActivation: 'linear', sequences: false }, 3, 6, 4],
]
export const gatesOf = { lstm: 4, gru: 3, gruAfter: 3, simple: 1 }

export const fusedScan =
  (attrs: ScanAttrs, seen?: Seen) =>
  (z?: tf.Tensor, recurrent?: tf.Tensor, bias?: tf.Tensor): tf.Tensor => {
    assert.ok(z && recurrent)
    const [batch = 0, steps = 0, columns = 0] = z.shape
    const scan = scanOf(attrs)
    assert.ok(scan)
    const mask = seen && tf.tensor2d(seen(batch, steps), [batch, steps])
    return scan(tf.reshape(z, [batch, steps, columns]), tf.reshape(recurrent, [-1, columns]), { bias, mask })
  }
