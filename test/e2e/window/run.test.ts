import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { z } from 'zod'
import type { RunStatus } from '../../../shared/run/state.ts'
import { connect } from '../../../src-main/store/database.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { cloudsCsv } from '../lab.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* One run watched, commanded, lost and found again: what its page shows is what the database holds. */

const lab = await makeWindowLab()
const csv = lab.write('clouds.csv', cloudsCsv(1430))
const imported = await lab.run('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
assert.equal(imported.code, 0, imported.stderr)
let host = await lab.serve()
const window = await lab.open(host)
const { page } = window

/** Epochs of some 250 steps. @param t0 epochs of a cycle */
const specOf = (name: string, t0: number, epochs: number) => ({
  name,
  dataset: { name: 'clouds' },
  model: { kind: 'mlp', hidden: [64] },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0 },
  batchSize: 4,
  budget: { epochs },
})

const answered = z.object({ result: z.object({ data: z.object({ id: z.string() }) }) })

/** As the form does, in the host's own process. */
async function launch(spec: object): Promise<string> {
  const key = await eventually('the key of the page', async () => {
    const held = await page.evaluate("localStorage.getItem('anneal-key')")
    return z.string().nullable().parse(held) ?? undefined
  })
  const answer = await page.request.post(new URL('/trpc/runs.launch', host.url).href, {
    data: { spec },
    headers: { origin: new URL(host.url).origin, 'x-anneal-key': key },
  })
  return answered.parse(await answer.json()).result.data.id
}

const stored = (id: string): RunRecord => lab.look(({ read }) => read.run(id))
const main = (): Locator => page.getByRole('main')
const status = (word: RunStatus): Locator => main().locator(`[data-status=${word}]`)
const tab = (name: string): Locator => page.getByRole('tab', { name })

/** The rows of the table of epochs that are in sight, by epoch. */
async function epochRows(): Promise<Map<number, string[]>> {
  const rows = await page.getByRole('region', { name: 'Epochs' }).locator('tbody tr[aria-rowindex]').all()
  const texts = await Promise.all(rows.map((row) => row.locator('td').allInnerTexts()))
  return new Map(texts.map((cells) => [Number(plain(cells[0])), cells.map(plain)]))
}

const plain = (text = ''): string => text.replaceAll('\u202f', '')

/** Whether a cell tells a stored value: rounded at its last digit, and in digits enough. */
function tells(cell: string, value: number | null): boolean {
  if (value === null || cell === '–') return value === null && cell === '–'
  const isNear = Math.abs(Number(cell) - value) <= 1e-5 * Math.abs(value)
  const decimals = cell.split('.')[1]?.length ?? 0
  return isNear || (decimals >= 2 && Number(cell) === Number(value.toFixed(decimals)))
}

async function assertEpochsAreStored(id: string, least: number): Promise<void> {
  const rows = await eventually(`${least} epochs on the page`, async () => {
    const found = await epochRows()
    return found.size >= least ? found : undefined
  })
  assert.deepEqual(
    [...rows.keys()],
    Array.from({ length: rows.size }, (_, i) => i + 1),
  )
  const epochs = lab.look(({ read }) => read.epochs(id))
  for (const [epoch, cells] of rows) {
    const row = epochs[epoch - 1]
    assert.ok(row !== undefined)
    const percents = [row.trainAccuracy, row.valAccuracy, row.testAccuracy]
    const want = [
      row.epoch,
      row.step + 1,
      ...[row.trainLoss, row.valLoss, row.testLoss],
      ...percents.map((part) => (part === null ? null : 100 * part)),
      row.seconds,
    ]
    for (const [i, cell] of cells.entries())
      assert.ok(tells(cell, want[i] ?? null), `epoch ${epoch}: ${cell} for ${want[i]}`)
  }
}

/** It goes on for as long as it is looked at: 900,000 steps, minutes; a cycle takes seconds. */
const long = await launch(specOf('watched', 120, 3600))

test('a run is watched live: epochs and snapshots on the page are those in the database', async () => {
  await window.go(`/runs/${long}`)
  await status('running').waitFor()
  await tab('Epochs').click()
  await assertEpochsAreStored(long, 4)
  const first = await lab.watch('the first snapshot', ({ read }) => read.snapshots(long)[0])
  const row = page.getByRole('region', { name: 'Snapshots' }).getByRole('button', { name: /^cycle 1 / })
  const text = plain((await row.innerText()).replaceAll('\n', ' '))
  assert.ok(text.includes(`${(100 * (first.valAccuracy ?? 0)).toFixed(1)}%`), text)
  assert.ok(text.includes(`${first.step + 1} steps`), text)
})

async function endOf(what: Locator): Promise<number> {
  const box = await what.boundingBox()
  assert.ok(box !== null)
  return box.x + box.width
}

test('what steers a run and how far it is are within the window, however narrow', async () => {
  const usual = page.viewportSize()
  assert.ok(usual !== null)
  const header = main().locator('header')
  const stop = header.getByRole('button', { name: 'Stop', exact: true })
  const left = header.getByText(/ left$/)
  for (const width of [480, 1024, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    assert.ok((await endOf(stop)) <= width, `Stop at ${width}`)
    // What lies beyond the end of its line is cut off.
    assert.ok((await endOf(left)) <= (await endOf(left.locator('..'))), `time left at ${width}`)
  }
  await page.setViewportSize(usual)
})

test('a reload in the middle repeats and loses nothing', async () => {
  await page.reload()
  await status('running').waitFor()
  await tab('Epochs').click()
  await assertEpochsAreStored(long, 6)
})

test('pause holds it where it is, resume goes on', async () => {
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await status('paused').waitFor()
  const paused = stored(long)
  assert.equal(paused.status, 'paused')
  await main().getByRole('button', { name: 'Resume' }).click()
  await status('running').waitFor()
  await eventually('a step more', async () => (stored(long).stepsDone > paused.stepsDone ? true : undefined))
  assert.equal(stored(long).attempt, 1)
})

test('name, note and tags survive a reload', async () => {
  await page.getByRole('button', { name: 'watched', exact: true }).click()
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('watched closely')
  await page.keyboard.press('Enter')
  const tags = page.getByLabel('Tags', { exact: true }).and(page.locator('input'))
  await tags.fill('noise')
  await page.keyboard.press('Enter')
  await tags.blur()
  // Still in the field: who stops typing and reloads loses nothing.
  await page.getByRole('textbox', { name: 'Note' }).fill('Batch of 4 is noisy.')
  await eventually('all of it stored', async () => {
    const { name, note, tags: kept } = stored(long)
    return name === 'watched closely' && note !== '' && kept.length === 1 ? true : undefined
  })
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'watched closely' }).waitFor()
  assert.equal(await page.getByRole('textbox', { name: 'Note' }).inputValue(), 'Batch of 4 is noisy.')
  await main().getByText('noise', { exact: true }).waitFor()
})

test('kill -9 of the trainer: the page says so, and resume goes on from the checkpoint', async () => {
  const before = stored(long)
  process.kill(trainerOf(host.pid), 'SIGKILL')
  await status('interrupted').waitFor()
  const note = page.getByRole('region', { name: 'State of the run' })
  await note.getByText(/^Interrupted in cycle \d+, after step/).waitFor()
  await assertAccessible(page)
  await note.getByRole('button', { name: 'Resume' }).click()
  await status('running').waitFor()
  await eventually('steps of the second attempt', async () => {
    const now = stored(long)
    return now.attempt === 2 && now.stepsDone > before.stepsDone ? true : undefined
  })
})

test('kill -9 of the host: the page comes back by itself, and the run can be resumed', async () => {
  const { port } = host
  await host.kill()
  await page.getByText(/^Not connected to Anneal/).waitFor()
  await page.getByRole('heading', { level: 1, name: 'watched closely' }).waitFor()
  host = await lab.serve(port)
  await status('interrupted').waitFor()
  await page.getByText(/^Not connected to Anneal/).waitFor({ state: 'detached' })
  await page.getByRole('region', { name: 'State of the run' }).getByRole('button', { name: 'Resume' }).click()
  await status('running').waitFor()
  await eventually('the third attempt', async () => (stored(long).attempt === 3 ? true : undefined))
  await tab('Epochs').click()
  await assertEpochsAreStored(long, 8)
})

test('a stop at the end of the cycle can be taken back, and drops the cycles after it from the picture', async () => {
  // A cycle takes seconds: both clicks are to come before its end.
  const ended = lab.look(({ read }) => read.snapshots(long)).length
  await lab.watch('a cycle to begin', ({ read }) => read.snapshots(long)[ended])
  const planned = main().getByRole('button', { name: /snapshot planned after step/ })
  const before = await planned.count()
  await main().getByRole('button', { name: 'Stop at cycle end' }).click()
  await main().getByRole('button', { name: 'Keep going' }).click()
  await eventually('the stop to be taken back', async () =>
    (await main().getByRole('button', { name: 'Stop at cycle end' }).count()) > 0 ? true : undefined,
  )
  assert.equal(stored(long).status, 'running')
  assert.ok((await planned.count()) >= before - 1)
  await main().getByRole('button', { name: 'Stop at cycle end' }).click()
  await eventually('one planned snapshot at most', async () =>
    (await planned.count()) <= 1 ? true : undefined,
  )
  await status('stopped').waitFor()
  const { stepsDone, status: word } = stored(long)
  assert.equal(word, 'stopped')
  const last = lab.look(({ read }) => read.snapshots(long)).at(-1)
  assert.equal(last?.step, stepsDone - 1)
})

const short = await launch(specOf('short', 2, 6))

test('one more cycle goes on from the last state to another snapshot', async () => {
  await window.go(`/runs/${short}`)
  await status('completed').waitFor()
  const before = stored(short)
  const best = lab.look(({ read }) => read.summary(short)).best?.valAccuracy
  assert.ok(typeof best === 'number')
  await main()
    .getByText(/^best validation accuracy/)
    .getByText(`${(100 * best).toFixed(1)}\u202f%`)
    .waitFor()
  await main()
    .getByText(/^trained in/)
    .waitFor()
  await main().getByRole('button', { name: 'One more cycle' }).click()
  await eventually('the longer plan completed', async () => {
    const now = stored(short)
    return now.status === 'completed' && now.totalSteps > before.totalSteps ? true : undefined
  })
  const snapshots = lab.look(({ read }) => read.snapshots(short))
  assert.deepEqual(
    snapshots.map(({ cycle }) => cycle),
    [1, 2, 3, 4],
  )
  await page.getByRole('button', { name: 'Ensemble 4 snapshots' }).waitFor()
})

test('a zoom asks for the steps themselves, and Escape shows everything again', async () => {
  await main().getByText('Raw', { exact: true }).click()
  const chart = page.getByRole('figure', { name: /^Loss/ })
  const surface = chart.locator('[data-zoomable=true]')
  const box = await surface.boundingBox()
  assert.ok(box !== null)
  const asked = page.waitForRequest((request) => (request.postData() ?? '').includes('"fromStep"'))
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + 0.6 * box.width, box.y + 20, { steps: 4 })
  await page.mouse.up()
  await asked
  await chart.getByRole('button', { name: 'Loss: table of values' }).click()
  const rows = await eventually('every step of the window', async () => {
    const texts = await chart.locator('tbody tr').allInnerTexts()
    const cells = texts.map((text) =>
      plain(text)
        .split('\t')
        .map((cell) => cell.trim()),
    )
    // The table counts steps done, the store from 0.
    const found = cells.map(([done = '', loss = '']) => ({ step: Number(done) - 1, loss }))
    const measured = found.filter(({ loss }) => loss !== '')
    return measured.length > 100 && isUnbroken(measured) ? measured : undefined
  })
  const [first, last] = [rows[0]?.step ?? 0, rows.at(-1)?.step ?? 0]
  const { steps, values } = lab.look(({ read }) =>
    read.series({ runId: short, series: 'loss', fromStep: first, toStep: last, points: 20_000 }),
  )
  assert.deepEqual(
    rows.map(({ step }) => step),
    [...steps],
  )
  for (const [i, { loss }] of rows.entries())
    assert.ok(tells(loss, values[i] ?? null), `step ${first + i}: ${loss} for ${values[i]}`)
  await chart.getByRole('button', { name: 'Loss: table of values' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Show all' }).and(page.locator(':disabled')).waitFor()
})

test('a curve is read by keys, singled out by the legend, and told as accuracy or as error', async () => {
  const loss = page.getByRole('figure', { name: /^Loss/ })
  const cursor = page.getByRole('slider', { name: 'Loss: cursor' })
  await cursor.focus()
  // The last test's stretch stands until the whole run has been fetched again.
  const words = await eventually('the first step of the whole run', async () => {
    await page.keyboard.press('Home')
    const told = plain((await cursor.getAttribute('aria-valuetext')) ?? '')
    return told.startsWith('step 1 ') ? told : undefined
  })
  const first = lab.look(({ read }) => read.series({ runId: short, series: 'loss', toStep: 0, points: 2 }))
  assert.match(words, /^step 1 · epoch 0 · [\d.]+s: training [\d.]+, validation [\d.]+$/)
  assert.ok(words.includes(`training ${(first.values[0] ?? 0).toFixed(4)}`), words)
  await page.keyboard.press('End')
  await page.getByText(/^step .* · epoch \d/).waitFor()
  await page.getByRole('list', { name: 'Legend' }).getByRole('button', { name: 'validation' }).click()
  await loss.locator('[data-back=true] path[data-line=train]').waitFor({ state: 'attached' })
  await loss.locator('[data-back=false] path[data-line=validation]').waitFor({ state: 'attached' })
  await page.getByRole('list', { name: 'Legend' }).getByRole('button', { name: 'validation' }).click()
  await page.getByRole('radiogroup', { name: 'Scores as' }).getByText('Error').click()
  await page.getByRole('figure', { name: /^Error/ }).waitFor()
  await page.getByRole('radiogroup', { name: 'Scores as' }).getByText('Accuracy').click()
  await page.getByRole('figure', { name: /^Accuracy/ }).waitFor()
})

const isUnbroken = (rows: readonly { readonly step: number }[]): boolean =>
  rows.every(({ step }, i) => i === 0 || step === (rows[i - 1]?.step ?? 0) + 1)

test('a click on the ribbon selects the snapshot, e opens the ensemble in the same frame', async () => {
  await page.getByRole('button', { name: /^cycle 2, .* validation accuracy/ }).click()
  await page
    .getByRole('region', { name: 'Snapshots' })
    .getByRole('button', { name: /^cycle 2 /, pressed: true })
    .waitFor()
  await page.keyboard.press('e')
  await page.getByRole('heading', { name: /test accuracy of 4 snapshots/ }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press('e')
  await page.getByRole('heading', { name: /test accuracy of 4 snapshots/ }).waitFor({ state: 'detached' })
})

test('nothing keeps people out: folded cycles, kernels, epochs, details', async () => {
  await main().getByText('Cycles folded', { exact: true }).click()
  await page.getByRole('figure', { name: /^Training loss/ }).waitFor()
  await main()
    .getByRole('button', { name: /of a step in fast kernels/ })
    .press('Enter')
  const kernels = page.getByRole('table', { name: /^A step of [\d.]+ ms, timed kernel by kernel/ })
  await kernels.getByRole('rowheader', { name: 'BatchMatMul' }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await kernels.waitFor({ state: 'detached' })
  for (const name of ['Epochs', 'Details']) {
    await tab(name).click()
    await page.getByRole('region', { name }).waitFor()
    await assertAccessible(page)
  }
})

test('damage is named where it is met, and all else can be used', async () => {
  const [first, second] = lab.look(({ read }) => read.snapshots(short))
  assert.ok(first && second)
  const db = connect(lab.database)
  const turn = 'SET checksum = checksum + 1 WHERE'
  db.run(`UPDATE snapshot_predictions ${turn} snapshot_id = ?`, first.id)
  db.run(`UPDATE metric_tail ${turn} run_id = ?`, short)
  db.close()
  // A page that has kept nothing of what was sound.
  const other = await lab.open(host)
  await other.go(`/runs/${short}`)
  const damage = other.page.getByRole('alert', { name: 'Damage' })
  await damage
    .getByText(/from step \d+ to \d+ is damaged in the database and left out: a gap/)
    .first()
    .waitFor()
  await other.page.getByRole('button', { name: 'Ensemble 4 snapshots' }).click()
  await other.page.getByRole('heading', { name: /test accuracy of 3 snapshots/ }).waitFor()
  await damage
    .getByText(new RegExp(`snapshot ${first.id} of run .* damage in its predictions`))
    .first()
    .waitFor()
  const row = (cycle: number) => other.page.getByRole('button', { name: new RegExp(`^cycle ${cycle} `) })
  await row(first.cycle).getByText('damaged').waitFor()
  assert.equal(await row(second.cycle).getByText('damaged').count(), 0)
  await assertAccessible(other.page)
  await other.go('/settings')
  const listed = other.page.getByRole('region', { name: 'Damage' })
  await listed.getByRole('link', { name: 'short' }).first().waitFor()
  await listed
    .getByText(/damage in its predictions/)
    .first()
    .waitFor()
  await other.page.context().close()
})

test('a run that is not there is said not to be there', async () => {
  await window.go('/runs/nothere')
  await page.getByRole('heading', { name: 'There is no such run' }).waitFor()
})

test('a deleted run comes back by Undo', async () => {
  await window.go(`/runs/${short}`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await eventually('the run to be back', async () =>
    lab.look(({ read }) => read.summaries('current')).some(({ id }) => id === short) ? true : undefined,
  )
})

/** The process of the host's trainer. */
function trainerOf(hostPid: number | undefined): number {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n')
  const line = lines.find((one) => new RegExp(`^\\s*\\d+\\s+${hostPid}\\s.*trainer/entry`).test(one))
  const pid = Number(line?.trim().split(/\s+/)[0])
  assert.ok(Number.isInteger(pid), `no trainer below process ${hostPid}`)
  return pid
}
