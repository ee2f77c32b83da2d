import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadSimd } from '../../../../src-main/engine/simd/load.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { assertSameOnBoth, normal, type Op, rank4, rng, run, startBoth, type Values } from './support.ts'

/* The build for vectors of eight against the one for vectors of four: another order of work, the same bits. */

const weightsOf = new Map<string, Values>()

async function assertSameBits(
  op: Op,
  inputs: readonly Values[],
  outShape: number[],
  what: string,
): Promise<void> {
  const weights = weightsOf.get(what) ?? normal(...outShape)
  weightsOf.set(what, weights)
  await loadSimd({ threads: 2 })
  const wide = run('simd', op, inputs, weights)
  await loadSimd({ threads: 2, build: 'relaxed' })
  assert.deepEqual(run('simd', op, inputs, weights), wide, what)
}

test('convolutions and their gradients, channels in fours, tiles that do not cover the image evenly', async () => {
  await startBoth()
  for (let i = 0; i < 30; i++) {
    const [batch, height, width] = [1 + rng.below(20), 3 + rng.below(14), 3 + rng.below(14)]
    const [channels, filters] = [4 * (2 + rng.below(9)), 4 * (2 + rng.below(9))]
    const pad = i % 3
    const [rows, columns] = [height + 2 * pad - 2, width + 2 * pad - 2]
    await assertSameBits(
      (x, w) => tf.conv2d(rank4(x), rank4(w), 1, pad),
      [normal(batch, height, width, channels), normal(3, 3, channels, filters)],
      [batch, rows, columns, filters],
      `[${batch}, ${height}, ${width}, ${channels}] to ${filters}, padding ${pad}`,
    )
  }
})

test('so many channels that the sums of a filter gradient are taken in parts', async () => {
  await startBoth()
  for (const [batch, size, channels, filters] of [
    [17, 8, 96, 104],
    [3, 7, 256, 64],
  ] as const) {
    // The reference takes a second for each image.
    const compared = 1
    const convolution: Op = (x, w) => tf.conv2d(rank4(x), rank4(w), 1, 1)
    const inputs = [normal(batch, size, size, channels), normal(3, 3, channels, filters)]
    const what = `[${batch}, ${size}, ${size}, ${channels}] to ${filters}`
    await assertSameBits(convolution, inputs, [batch, size, size, filters], what)
    await loadSimd({ threads: 2 })
    const few = [normal(compared, size, size, channels), normal(3, 3, channels, filters)]
    assertSameOnBoth(convolution, few, `${what}, ${compared} images`)
  }
})

test('convolutions of other strides, sizes and channels', async () => {
  await startBoth()
  for (let i = 0; i < 30; i++) {
    const [batch, channels, filters] = [1 + rng.below(6), 1 + rng.below(20), 1 + rng.below(36)]
    const [size, stride, kernel] = [6 + rng.below(7), 1 + rng.below(2), 1 + rng.below(4)]
    const places = Math.floor((size - kernel) / stride) + 1
    await assertSameBits(
      (x, w) => tf.conv2d(rank4(x), rank4(w), stride, 'valid'),
      [normal(batch, size, size, channels), normal(kernel, kernel, channels, filters)],
      [batch, places, places, filters],
      `${kernel}×${kernel} of [${batch}, ${size}, ${size}, ${channels}] to ${filters}, stride ${stride}`,
    )
  }
})

test('products of matrices of any size', async () => {
  await startBoth()
  for (let i = 0; i < 30; i++) {
    const [rows, depth, columns] = [1 + rng.below(40), 1 + rng.below(1200), 1 + rng.below(40)]
    await assertSameBits(
      (a, b) => tf.matMul(a, b),
      [normal(rows, depth), normal(depth, columns)],
      [rows, columns],
      `[${rows}, ${depth}] times [${depth}, ${columns}]`,
    )
  }
})

test('where the processor has vectors of eight, the kernels for them are taken', async (t) => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return t.skip('asked of Linux on x64 only')
  const flags = /^flags.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0].split(' ') ?? []
  if (!flags.includes('avx2') || !flags.includes('fma')) return t.skip('this processor has none')
  if (!/^13\.6\./.test(process.versions.v8)) return t.skip('not the V8 that the app is packed with')
  assert.equal((await loadSimd({ threads: 1 })).build, 'wide')
  assert.equal((await loadSimd({ threads: 1, build: 'plain' })).build, 'plain')
})
