import { cloudsSpec, openLab } from '../../runs/lab.ts'

/* A host that runs a small run on each device named on its command line, and prints what became of them. */

const lab = await openLab()
const ends = []
for (const device of process.argv.slice(2)) {
  const { finished } = await lab.core.runs.launchToStay(cloudsSpec(2, { device, name: device }))
  const { run } = await finished
  const { store } = lab.core
  const losses = [...store.read.chunks(run.id, 'loss')].flatMap(({ values }) => [...values])
  ends.push({ status: run.status, reason: run.reason, device: run.device, why: run.deviceReason, losses })
}
await lab.close()
console.log(JSON.stringify(ends))
