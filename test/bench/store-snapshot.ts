/*
 * What a snapshot of 20 MB costs: the host that stores it, and the trainer that goes on stepping while it is sent. The
 * trainer is a real child process on a real channel.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { trainerEvent } from '../../shared/run/messages.ts'
import { benchStore, percentile, report } from './store-support.ts'

const MEGABYTES = 20
const SNAPSHOTS = 12
/** A short cycle, in milliseconds. */
const CYCLE = 30_000

const times = z.array(z.number())
const measured = z.object({ type: z.literal('measured'), sends: times, stalls: times, delays: times })

const bench = benchStore()
const storing: number[] = []
const trainer = fork(fileURLToPath(new URL('store-snapshot-trainer.ts', import.meta.url)), {
  serialization: 'advanced',
})
const { promise: end, resolve } = Promise.withResolvers<z.infer<typeof measured>>()
trainer.on('message', (message) => {
  const result = measured.safeParse(message)
  if (result.success) return resolve(result.data)
  const start = performance.now()
  if (!bench.store.record([trainerEvent.parse(message)])) throw new Error('The snapshot was refused.')
  storing.push(performance.now() - start)
  trainer.send('stored')
})
const exited = once(trainer, 'exit').then(([code]) => {
  throw new Error(`The trainer ended early with ${code}.`)
})
exited.catch(() => undefined)
trainer.send({ runId: bench.run.id, attempt: bench.run.attempt, megabytes: MEGABYTES, snapshots: SNAPSHOTS })
const { sends, stalls, delays } = await Promise.race([end, exited])

const [snapshot] = bench.store.read.snapshots(bench.run.id)
if (snapshot === undefined) throw new Error('No snapshot was stored.')
const start = performance.now()
const model = bench.store.read.snapshotModel(snapshot.id)
const read = performance.now() - start
if (model.tensors.reduce((sum, { data }) => sum + data.byteLength, 0) !== MEGABYTES * 1e6)
  throw new Error('The snapshot came back with another size.')
bench.reopen()
const bytes = bench.size()
bench.remove()

report(`A snapshot of ${MEGABYTES} MB`, [
  { name: 'stored by the host, checked by zod: median', value: percentile(storing, 0.5), unit: 'ms' },
  { name: 'stored by the host: slowest', value: Math.max(...storing), unit: 'ms' },
  { name: 'read back', value: read, unit: 'ms' },
  { name: 'call that sends it: median', value: percentile(sends, 0.5), unit: 'ms' },
  {
    name: 'loop of the trainer held up (sending and its turns): median',
    value: percentile(stalls, 0.5),
    unit: 'ms',
  },
  { name: 'loop of the trainer held up: most', value: Math.max(...stalls), unit: 'ms' },
  {
    // The median, since one turn may last long for reasons of the machine alone; the most is shown above.
    name: `the median, as a part of a cycle of ${CYCLE / 1000} s`,
    value: (percentile(stalls, 0.5) / CYCLE) * 100,
    unit: '%',
    atMost: 1,
  },
  // Steps are slower also because host and trainer share the processor; on a busy machine this is mostly noise.
  { name: 'steps later than usual until it is stored: median', value: percentile(delays, 0.5), unit: 'ms' },
  {
    name: 'bytes in the file for one of the snapshot',
    value: bytes / (SNAPSHOTS * MEGABYTES * 1e6),
    unit: '',
  },
])
