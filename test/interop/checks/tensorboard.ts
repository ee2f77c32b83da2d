import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { runTensorboard } from '../../../src-main/export/runTensorboard.ts'
import { type Check, greatestDifference } from '../check.ts'

export const eventScalars = z.object({
  scalars: z.record(z.string(), z.object({ steps: z.array(z.int()), values: z.array(z.string()) })),
})

/** Python writes nan and inf in its own way. */
export const pythonNumber = (text: string): number =>
  text === 'nan' ? Number.NaN : Number(text.replace('inf', 'Infinity'))

/** TensorBoard reads every step of a run's series, as float32. */
export const eventFilesOut: Check = async (environment, lab) => {
  const verdicts = []
  for (const run of lab.runs.slice(0, 3)) {
    const folder = lab.folder(`events/${run.id}`)
    const { name, chunks } = runTensorboard(lab.core.store.read, run)
    writeFileSync(path.join(folder, name), Buffer.concat([...chunks]))
    const { scalars } = await environment.ask('eventFile.py', { folder }, eventScalars)
    let [points, difference] = [0, 0]
    const tags = {
      lr: 'schedule/learning_rate',
      momentum: 'schedule/momentum',
      loss: 'train/loss',
      accuracy: 'train/accuracy',
    }
    for (const [series, tag] of Object.entries(tags)) {
      const stored = [...lab.core.store.read.chunks(run.id, series)]
      const want = stored.flatMap(({ values }) => [...values].map(Math.fround))
      const steps = stored.flatMap(({ steps: own }) => [...own])
      const got = scalars[tag]
      points += want.length
      difference = Math.max(
        difference,
        greatestDifference((got?.values ?? []).map(pythonNumber), want),
        greatestDifference(got?.steps ?? [], steps),
      )
    }
    verdicts.push({
      what: `event file of a run, ${run.name}`,
      by: 'tensorboard',
      compared: `${points} points, as float32`,
      difference,
      limit: 0,
    })
  }
  return verdicts
}
