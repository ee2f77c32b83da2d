/*
 * Stands in for a trainer in the snapshot bench: steps of pure arithmetic with a turn of the event loop after each, and
 * now and then a snapshot to the host. Tells the host how much longer its steps took because of that.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { z } from 'zod'

const start = z.object({
  runId: z.string(),
  attempt: z.number(),
  megabytes: z.number(),
  snapshots: z.number(),
})

const { promise: begun, resolve: begin } = Promise.withResolvers<z.infer<typeof start>>()
let stored = 0
process.on('message', (message) => {
  if (message === 'stored') stored++
  else begin(start.parse(message))
})

const weights = new Float64Array(4096).fill(0.5)
/** About five milliseconds of arithmetic. */
function step(): void {
  for (let k = 0; k < 900; k++)
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) * 0.999 + 0.0005
}

/** Milliseconds of one step, and of the turn of the event loop after it, in which what is sent leaves. */
interface Times {
  readonly whole: number
  readonly turn: number
}

async function steps(enough: (done: number) => boolean): Promise<Times[]> {
  const times: Times[] = []
  while (!enough(times.length)) {
    const from = performance.now()
    step()
    const stepped = performance.now()
    await turn()
    const end = performance.now()
    times.push({ whole: end - from, turn: end - stepped })
  }
  return times
}

/** The mean: on a busy machine some steps take long in any case, and the median would blame the snapshot for them. */
const usual = (times: readonly Times[], key: keyof Times): number =>
  times.reduce((sum, time) => sum + time[key], 0) / times.length

function lost(times: readonly Times[], before: readonly Times[], key: keyof Times): number {
  const each = usual(before, key)
  return times.reduce((sum, time) => sum + time[key] - each, 0)
}

const { runId, attempt, megabytes, snapshots } = await begun
const tensor = (i: number) => ({
  name: `layer${i}/kernel`,
  role: i % 2 === 0 ? 'weight' : 'optimizer',
  shape: [(megabytes * 1e6) / 20 / 4],
  data: new Uint8Array((megabytes * 1e6) / 20).fill(i),
})
const tensors = Array.from({ length: 20 }, (_, i) => tensor(i))
const probs = (part: string) => ({
  part,
  classes: 10,
  probs: new Float32Array(20_000),
  labels: new Uint16Array(2000),
})

await steps((done) => done >= 200)
const sends: number[] = []
const stalls: number[] = []
const delays: number[] = []
for (let n = 0; n < snapshots; n++) {
  const before = await steps((done) => done >= 200)
  const from = performance.now()
  process.send?.({
    type: 'snapshot',
    runId,
    attempt,
    seq: n,
    cycle: n + 1,
    step: n,
    lr: 0.001,
    weightsSha256: '',
    normalisation: { mean: [0], std: [1] },
    state: {
      position: { stepsDone: n + 1, epoch: { lossSum: 0, correct: 0, examples: 0 }, optimizerScalars: {} },
      tensors,
    },
    valLoss: 1,
    valAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: 0.5,
    predictions: [probs('validation'), probs('test')],
  })
  const send = performance.now() - from
  const after = await steps(() => stored > n)
  sends.push(send)
  stalls.push(send + lost(after, before, 'turn'))
  delays.push(send + lost(after, before, 'whole'))
}
process.send?.({ type: 'measured', sends, stalls, delays })
process.disconnect?.()
