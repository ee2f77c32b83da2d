import { test } from 'node:test'
import { missingForLab, openWorkersLab } from './lab.ts'

const spec = {
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [256, 128], dropout: 0.2 },
  optimizer: { kind: 'adamw' },
  schedule: { kind: 'sgdr', lrMax: 0.01, t0: 2 },
  batchSize: 4,
  budget: { steps: 1500 },
  seed: 1,
  device: 'simd',
}
test('undisturbed', async (t) => {
  const missing = missingForLab()
  if (missing !== undefined) return t.skip(missing)
  let now = Date.now()
  const lap = (w: string) => {
    t.diagnostic(`${w} ${Date.now() - now}`)
    console.error(w, Date.now() - now)
    now = Date.now()
  }
  const lab = await openWorkersLab(t, ['w1', 'w2'])
  lap('open')
  try {
    const run = await lab.place(spec)
    const taker = await lab.taker(run)
    lap('taken')
    console.error(taker.trainers())
    await lab.assertUndisturbed(run)
    lap('undisturbed')
    await lab.assertQuiet()
    lap('quiet')
  } finally {
    console.error(
      lab.host.said(),
      lab.agents.map((a) => a.program.said()),
    )
  }
})
