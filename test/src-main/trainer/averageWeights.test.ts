import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { averageAnswer } from '../../../shared/run/average.ts'
import { jobMessage } from '../../../shared/run/jobs.ts'
import { averageWeights, meanOf } from '../../../src-main/trainer/averageWeights.ts'
import { existing, startRequest, tinyDataset, tinySpec, train } from './support.ts'

const resnet = tinySpec({
  model: { kind: 'resnet', depth: 8 },
  schedule: { kind: 'snapshot', cycles: 2, lrMax: 0.05 },
})

test('the mean of one model is that model, and of two the weighted mean of each number', () => {
  const tensor = (...values: number[]) => ({
    name: 'w',
    role: 'weight' as const,
    shape: [values.length],
    data: new Uint8Array(Float32Array.from(values).buffer),
  })
  const one = { weight: 2, tensors: [tensor(1, -2)] }
  assert.deepEqual(meanOf([one]), [tensor(1, -2)])
  assert.deepEqual(
    meanOf([
      { weight: 1, tensors: [tensor(5, 2)] },
      { ...one, weight: 3 },
    ]),
    [tensor(2, -1)],
  )
  assert.throws(() => meanOf([one, { weight: 1, tensors: [tensor(1)] }]), /lacks w of shape \[2\]/)
})

test('averaged weights get statistics of their own, and the averaged model still tells the classes apart', async (t) => {
  const datasetFolder = await tinyDataset(t)
  const run = await train(startRequest(datasetFolder, resnet))
  const members = run.of('snapshot').map(({ state }) => ({ weight: 1, tensors: state.tensors }))
  const { tensors, testAccuracy, predictions } = await averageWeights({
    spec: resnet,
    datasetFolder,
    stepsPerEpoch: 9,
    members,
  })
  const mean = meanOf(members)
  for (const [i, { name, data }] of tensors.entries()) {
    assert.equal(Buffer.compare(data, existing(mean[i], name).data) === 0, !name.includes('moving'), name)
  }
  assert.ok((testAccuracy ?? 0) > 0.8, `test accuracy ${testAccuracy}`)
  assert.equal(predictions.length, 2)
})

test('the process answers once and ends', async (t) => {
  const datasetFolder = await tinyDataset(t)
  const run = await train(startRequest(datasetFolder, tinySpec()))
  const [first] = run.of('snapshot')
  const { state, testLoss, weightsSha256 } = existing(first, 'snapshot')
  const entry = fileURLToPath(new URL('../../../src-main/trainer/jobEntry.ts', import.meta.url))
  const child = fork(entry, { serialization: 'advanced' })
  const members = [{ weight: 1, tensors: state.tensors }]
  child.send({ job: 'average', request: { spec: tinySpec(), datasetFolder, stepsPerEpoch: 9, members } })
  const [message] = await once(child, 'message')
  const said = jobMessage.parse(message)
  assert.ok(said.type === 'answered')
  const reply = averageAnswer.parse(said.answer)
  assert.equal(reply.testLoss, testLoss)
  assert.equal(reply.weightsSha256, weightsSha256)
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})
