import assert from 'node:assert/strict'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { norm } from '../../trainer/models/support.ts'

export interface Subject {
  readonly what: string
  /** Gives what is compared; it runs within a tidy. */
  run(): tf.Tensor[]
}

async function valuesOf({ run }: Subject): Promise<Float64Array[]> {
  const tensors = tf.tidy(run)
  const values: Float64Array[] = []
  for (const each of tensors) values.push(Float64Array.from(await each.data()))
  tf.dispose(tensors)
  return values
}

/**
 * Every result on webgpu is that of tfjs's cpu backend within 1e-5 of its norm, and the same bits a second time; no
 * tensor is left behind. Webgpu is the backend afterwards.
 */
export async function assertLikeCpu(subjects: readonly Subject[]): Promise<void> {
  await selectEngine('cpu')
  const expected: Float64Array[][] = []
  for (const subject of subjects) expected.push(await valuesOf(subject))
  await selectEngine('webgpu')
  for (const [i, subject] of subjects.entries()) {
    const before = tf.memory().numTensors
    const actual = await valuesOf(subject)
    assert.equal(tf.memory().numTensors, before, `${subject.what} leaves a tensor behind`)
    assert.equal(actual.length, expected[i]?.length)
    for (const [k, wanted] of (expected[i] ?? []).entries()) {
      const difference = wanted.map((value, j) => value - (actual[k]?.[j] ?? Number.NaN))
      const error = norm(difference) / (norm(wanted) || 1)
      assert.ok(error < 1e-5, `result ${k} of ${subject.what} is off by ${error}`)
    }
    assert.deepEqual(await valuesOf(subject), actual, `${subject.what} gives other bits the second time`)
  }
}
