import assert from 'node:assert/strict'
import { openDataset } from '../../../../src-main/datasets/index.ts'
import { selectEngine } from '../../../../src-main/engine/select.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { prepareData } from '../../../../src-main/trainer/batches.ts'
import { softmaxCrossEntropy } from '../../../../src-main/trainer/loss.ts'
import { buildModel } from '../../../../src-main/trainer/models/index.ts'
import { startRequest, train } from '../../trainer/support.ts'
import { type Learned, type Subject, subjectsOn } from './subjects.ts'

/*
 * The process of one device: a device replaces kernels and gradients for the whole process, and the reference shall be
 * plain tfjs. Arguments: device, folder of the data set, and after how many steps runs are stopped.
 */

const [, , device = '', folder = '', steps = ''] = process.argv

async function firstGradients({ spec, plan }: Subject): Promise<Learned['gradients']> {
  await selectEngine(spec.device)
  const data = prepareData(spec, await openDataset(folder), plan.stepsPerEpoch)
  const model = await buildModel(spec.model, data.input, spec.seed)
  const { x, y } = data.trainingBatch(0)
  const mode = { training: true, step: 0, seed: spec.seed }
  const { value, grads } = tf.variableGrads(
    () => softmaxCrossEntropy(model.forward(x, mode), y, spec.labelSmoothing),
    [...model.variables],
  )
  const found = await Promise.all(
    model.variables.map(async ({ name }) => {
      const values = await grads[name]?.data<'float32'>()
      assert.ok(values, `${name} has a gradient`)
      return { name, values: values.slice() }
    }),
  )
  tf.dispose([x, y, value, grads])
  model.dispose()
  return found
}

for (const [name, subject] of Object.entries(subjectsOn(device))) {
  const gradients = await firstGradients(subject)
  const run = await train(startRequest(folder, subject.spec, { plan: subject.plan }), {
    after: { [Number(steps)]: [{ type: 'stop', when: 'now' }] },
  })
  assert.notEqual(run.ended.status, 'failed', run.ended.reason)
  const message: Learned = {
    name,
    device: run.of('ready')[0]?.device ?? '',
    losses: run.series('loss'),
    gradients,
  }
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()))
}
process.exit(0)
