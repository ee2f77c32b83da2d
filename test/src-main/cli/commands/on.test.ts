import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { Terminal } from '../../../../src-main/cli/terminal.ts'
import type { RunRecord } from '../../../../src-main/store/types.ts'
import { until } from '../../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from '../../runs/lab.ts'
import { ended, epoch, metrics } from '../../store/fixtures.ts'
import { invokeHere } from '../testTerminal.ts'

/* `--on`: a command shows what a worker trains, which the test says in the worker's place. */

let lab: CoreLab
let spec: string
const worker = { id: '' }

before(async () => {
  lab = await openLab()
  spec = path.join(lab.home, 'run.json')
  writeFileSync(spec, JSON.stringify(cloudsSpec(2)))
})
after(() => lab.close())

/** Takes the next run that is offered. */
async function take(): Promise<RunRecord> {
  const { workers } = lab.core.store
  const { run } = await until('an offer', () => workers.offerable()[0])
  const claimed = workers.claim(run.id, { workerId: worker.id })
  assert.ok(claimed)
  return claimed
}

/** Ctrl+C when the test wants it. */
function interrupts() {
  let listener: ((times: number) => void) | undefined
  const onInterrupt: Terminal['onInterrupt'] = (listen) => {
    listener = listen
    return () => undefined
  }
  return { onInterrupt, press: () => listener?.(1) }
}

test('a name that is no worker is told with those there are, before anything is stored', async () => {
  const before = lab.core.store.read.runs().length
  const none = await invokeHere(lab.home, ['train', '--spec', spec, '--on', 'any'])
  assert.equal(none.code, 2)
  assert.match(
    none.err,
    /this lab has no worker yet \(received any\); add one with "anneal workers add NAME"/,
  )
  const { workers } = lab.core.store
  worker.id = workers.invite({ name: 'box', codeHash: 'code', codeUntil: Date.now() + 60_000 }).id
  for (const command of [
    ['train', '--spec', spec],
    ['sweep', '--spec', spec, '--axis', 'seed=1,2'],
    ['find-lr', '--spec', spec],
  ]) {
    const { code, err, out } = await invokeHere(lab.home, [...command, '--on', 'bax'])
    assert.deepEqual([code, out], [2, ''], command[0])
    assert.match(err, /--on: must be any, slurm or the name of a worker: box \(received bax\)\./)
  }
  assert.equal(lab.core.store.read.runs().length, before)
})

test('a run on a worker is shown as it trains, to its end', async () => {
  const { store } = lab.core
  const shown = invokeHere(lab.home, ['train', '--spec', spec, '--on', 'box', '--json'])
  const run = await take()
  assert.deepEqual(run.place?.placement, { at: 'worker', workerId: worker.id })
  store.record([metrics(run, 0, 0, 21), { ...epoch(run, 1, 1), step: 20 }])
  store.record([metrics(run, 2, 21, 21), { ...epoch(run, 3, 2), step: 41 }, ended(run, 4)])
  const { code, out, err } = await shown
  assert.equal(code, 0, err)
  const report = JSON.parse(out)
  assert.deepEqual([report.runId, report.status, report.place.worker.name], [run.id, 'completed', 'box'])
  assert.match(err, /is offered to other machines while the app is open: anneal serve\n/)
  for (const line of [/waits for worker box/, /epoch 2 {2}42\/42 steps/, /is completed/])
    assert.match(err, line)
  const list = await invokeHere(lab.home, ['runs', 'list'])
  assert.match(list.out, /trains[\s\S]*completed.*box/)
  const whole = await invokeHere(lab.home, ['runs', 'show', run.id])
  assert.match(whole.out, /trains +on box/)
})

test('Ctrl+C leaves a run on a worker training, and says so; stop tells what becomes of the order', async () => {
  const { press, onInterrupt } = interrupts()
  const shown = invokeHere(lab.home, ['train', '--spec', spec, '--on', 'any'], { onInterrupt })
  const run = await take()
  press()
  const { code, err } = await shown
  assert.equal(code, 130)
  assert.match(err, new RegExp(`Run ${run.id} goes on on box; "anneal stop ${run.id}" ends it\\.`))
  assert.equal(lab.core.store.read.run(run.id).status, 'running')
  const kept = await invokeHere(lab.home, ['pause', run.id])
  assert.deepEqual([kept.code, kept.out], [0, ''])
  assert.match(kept.err, /^The worker box has not answered yet; the order is kept/)
  const told = await invokeHere(lab.home, ['runs', 'show', run.id])
  assert.match(told.out, /orders +kept until its worker connects: pause \(asked /)
  lab.core.store.record([metrics(run, 0, 0, 5), ended(run, 1, 'stopped')])
  const again = invokeHere(lab.home, ['resume', run.id, '--json'])
  const second = await take()
  assert.deepEqual([second.id, second.attempt], [run.id, 2])
  lab.core.store.record([ended(second, 0)])
  assert.equal((await again).code, 0)
})

test('a run that waits is placed elsewhere, and here again', async () => {
  const { id } = await lab.core.runs.enqueue(cloudsSpec(1))
  const queued = async (on: string) => {
    const { code, out, err } = await invokeHere(lab.home, ['queue', 'place', id, '--on', on, '--json'])
    assert.equal(code, 0, err)
    return JSON.parse(out).queue.map(({ place }: { place: unknown }) => place)
  }
  const [placed] = await queued('box')
  assert.deepEqual(placed.placement, { at: 'worker', workerId: worker.id })
  const list = await invokeHere(lab.home, ['queue', 'list'])
  assert.match(list.out, /trains[\s\S]*queued.*box/)
  assert.deepEqual(await queued('here'), [null])
  const wrong = await invokeHere(lab.home, ['queue', 'place', id, '--on', 'bax'])
  assert.deepEqual([wrong.code, wrong.out], [2, ''])
  lab.core.runs.remove(id)
})

test('a study on workers is left alone by Ctrl+C', async () => {
  const { press, onInterrupt } = interrupts()
  const args = ['sweep', '--spec', spec, '--axis', 'seed=1,2', '--on', 'any']
  const shown = invokeHere(lab.home, args, { onInterrupt })
  const run = await take()
  press()
  const { code, err } = await shown
  assert.equal(code, 130)
  assert.match(err, /goes on on other machines; "anneal studies cancel \w+" ends it\./)
  assert.equal(lab.core.store.read.run(run.id).status, 'running')
  const { study } = lab.core.store.read.study(run.studyId ?? '')
  assert.deepEqual([study.status, study.placement], ['active', { at: 'anyWorker' }])
})

test('a run that waits for a worker that was removed says so, and what to do', async () => {
  const { store, runs } = lab.core
  const code = { codeHash: 'of attic', codeUntil: Date.now() + 1000 }
  const attic = store.workers.invite({ name: 'attic', ...code })
  const run = await runs.enqueue(cloudsSpec(2), undefined, { at: 'worker', workerId: attic.id })
  const show = async () => (await invokeHere(lab.home, ['runs', 'show', run.id])).out.replaceAll(/\s+/g, ' ')
  assert.match(await show(), /trains worker attic schedule/)
  store.workers.setState(attic.id, 'removed', null)
  assert.match(await show(), /worker attic, which was removed: give it another place with "queue place"/)
  const list = await invokeHere(lab.home, ['runs', 'list'])
  assert.match(list.out, /attic \(removed\)/)
  store.workers.withdraw(run.id, 'for the test')
})
