import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { type PushAnswer, pushAnswer, startAnswer } from '../../../shared/worker/protocol.ts'
import { hostCertificate } from '../../../src-main/workers/certificate.ts'
import { type Asker, ask, post } from './client.ts'
import { asked, openWorkersLab, type Spooled, spool, trainingOf, type WorkersLab } from './lab.ts'

/* Hosts that are killed while a worker pushes: the next one takes the run up, with nothing missing and nothing twice. */

let lab: WorkersLab
const children = new Set<ChildProcess>()
before(async () => {
  lab = await openWorkersLab()
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await lab.close()
})

async function host(): Promise<{ readonly port: number; kill(): Promise<void> }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'hostChild.ts'), lab.home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    port: Number(line),
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      children.delete(child)
    },
  }
}

test('hosts that are killed in the middle of pushes leave a run that the next one completes', async () => {
  const { token } = lab.joined()
  const { sha256: pin } = await hostCertificate(path.join(lab.home, 'workers'))
  const run = lab.placed()
  let current = await host()
  const asker = (): Asker => ({ port: current.port, pin, token })
  const started = startAnswer.parse((await post(asker(), '/v1/start', asked(run.id))).value())
  assert.ok(started.type === 'start')
  const key = { runId: run.id, attempt: started.start.attempt }
  const at = `/v1/attempts/${key.runId}/${key.attempt}`
  const held = spool(key, lab.events)

  const push = async (events: readonly Spooled[]): Promise<PushAnswer> => {
    for (const [sha256, body] of new Map(events.flatMap(({ blobs }) => [...blobs])))
      await ask(asker(), { method: 'PUT', path: `${at}/blobs/${sha256}`, body })
    const answer = await post(asker(), `${at}/events`, { events: events.map(({ event }) => event) })
    return pushAnswer.parse(answer.value())
  }
  for (const count of [4, 9]) {
    // The kill comes somewhere between the first byte sent and the answer.
    const pushed = push(held.slice(0, count)).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, count * 3))
    await current.kill()
    await pushed
    assert.equal(lab.core.store.read.run(run.id).status, 'running')
    current = await host()
  }
  const { lastSeq } = lab.core.store.workers.placedAttempt(run.id) ?? assert.fail('it is not placed')
  const gap = await push(held.slice(lastSeq + 2))
  if (lastSeq + 2 < held.length) assert.deepEqual(gap, { type: 'gap', wanted: lastSeq + 1 })
  assert.deepEqual(await push(held), { type: 'stored', lastSeq: held.length - 1 })
  assert.deepEqual(trainingOf(lab.core, run.id), trainingOf(lab.core, lab.original.id))
  await current.kill()
})
