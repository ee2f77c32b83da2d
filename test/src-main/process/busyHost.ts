import { jobMessage } from '../../../shared/run/jobs.ts'
import { initialPlan } from '../../../shared/run/plan.ts'
import { modelSpec, parseRunSpec } from '../../../shared/run/spec.ts'
import { openChildChannel } from '../../../src-main/process/childChannel.ts'
import { childTrainers } from '../../../src-main/runs/childTrainer.ts'

/*
 * A host whose child process computes for minutes without a turn of its event loop: one step of a wide model, in plain
 * JavaScript on one thread. It prints the child's process id when that is under way.
 * Usage: busyHost.ts trainer FOLDER | busyHost.ts job
 */

const [kind, folder = ''] = process.argv.slice(2)
const model = modelSpec.parse({ kind: 'mlp', hidden: [4096, 4096] })

if (kind === 'trainer') {
  const spec = parseRunSpec({
    dataset: { name: 'tiny', validation: 0.25 },
    model,
    schedule: { kind: 'constant', lr: 0.01 },
    batchSize: 64,
    budget: { steps: 1000 },
    device: 'cpu',
  })
  const start = {
    type: 'start' as const,
    runId: 'run',
    attempt: 1,
    spec,
    datasetId: 'tiny',
    plan: initialPlan(spec, 72),
    edits: [],
  }
  const trainer = childTrainers(async () => folder)(start, {
    // The first step begins right after it.
    onEvent(event) {
      if (event.type === 'ready') console.log(trainer.place.pid)
      if (event.type === 'ended') console.error(event.reason)
    },
    onAlive: () => undefined,
  })
} else {
  const job = openChildChannel('trainer/jobEntry.ts', jobMessage, () => undefined)
  const request = { model, shape: [64], classes: 10, batchSize: 64, steps: 1000, device: 'cpu' }
  job.send({ job: 'bench', request })
  console.log(job.pid)
}
