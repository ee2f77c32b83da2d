import { cloudsSpec, openLab } from '../../runs/lab.ts'

/*
 * A host that runs a small run on each device named on its command line, and prints what became of them; "measured" is
 * "auto" with a choice between cuda and simd, otherwise it has none.
 */

const wanted = process.argv.slice(2)
const isMeasured = wanted.includes('measured')
// As long as for a user: a GPU may fail in the middle of it.
const lab = await openLab(300, isMeasured ? ['cuda', 'simd'] : ['cuda'], 2000)
const ends = []
for (const device of wanted.map((each) => (each === 'measured' ? 'auto' : each))) {
  const { finished } = await lab.core.runs.launchToStay(cloudsSpec(2, { device, name: device }))
  const { run } = await finished
  const { store } = lab.core
  const losses = [...store.read.chunks(run.id, 'loss')].flatMap(({ values }) => [...values])
  ends.push({ status: run.status, reason: run.reason, device: run.device, why: run.deviceReason, losses })
}
await lab.close()
console.log(JSON.stringify(ends))
