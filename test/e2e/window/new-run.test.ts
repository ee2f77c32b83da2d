import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beforeEach, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { parseRunSpec, type RunSpec } from '../../../shared/run/spec.ts'
import { scheduleKinds } from '../../../shared/schedule/index.ts'
import { familyOf } from '../../../src-renderer/pages/new-run/model/families.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/*
 * The page a run is launched from: what it launches is read from the database, what it refuses is read beside the field.
 */

const lab = await makeWindowLab()
const window = await lab.open(await lab.serve())
const { page } = window

beforeEach(async () => {
  await window.go('/new')
  await page.evaluate(() => sessionStorage.clear())
  await window.go('/new')
  await page.getByRole('slider').first().waitFor()
})

const stored = (): RunSummary[] => lab.look((store) => store.read.summaries('current'))
const named = (name: string): Locator => page.locator(`[name="${name}"]`)
const start = (): Locator => page.getByRole('button', { name: 'Start', exact: true })
const slider = (name: string): Locator => page.getByRole('slider', { name, exact: true })
const bar = (): Locator => page.locator('footer')
const view = (name: string): Promise<void> =>
  page.getByRole('radiogroup', { name: 'View' }).getByText(name, { exact: true }).click()
const json = (): Locator => page.getByRole('textbox', { name: 'Run spec as JSON' })

/** The spec that the form would launch, as its own JSON view says it. */
async function spec(): Promise<RunSpec> {
  await view('JSON')
  const text = await json().inputValue()
  await view('Designer')
  return parseRunSpec(JSON.parse(text))
}

/** Opens what is folded under the fields of the schedule. */
async function unfold(): Promise<void> {
  for (const one of await page.locator('details:not([open]) > summary', { hasText: 'Finer' }).all())
    await one.click()
}

/** Small enough to train in a second. */
async function makeTiny(steps: number): Promise<void> {
  await named('model.kind').selectOption('softmax')
  await page.getByLabel('Counted in').selectOption('steps')
  await named('budget.steps').fill(String(steps))
}

async function launched(): Promise<string> {
  await page.waitForURL(/\/runs\/[a-z0-9]+$/)
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

/** What is said beside a field that holds something wrong, as a screen reader finds it. */
async function mistakeAt(field: Locator, name: string): Promise<string> {
  return eventually(`a mistake beside ${name}`, async () => {
    if ((await field.getAttribute('aria-invalid')) !== 'true') return undefined
    const ids = ((await field.getAttribute('aria-describedby')) ?? '').split(' ').filter((id) => id !== '')
    const texts = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))
    return texts.join(' ').trim() || undefined
  })
}

/** Fills a field wrongly, reads what is said beside it, presses Start, and puts back what was there. */
async function refuses(name: string, wrong: string): Promise<string> {
  const field = named(name)
  const before = await field.inputValue()
  await field.fill(wrong)
  const said = await mistakeAt(field, name)
  await start().click()
  assert.match(page.url(), /\/new$/, name)
  await field.fill(before)
  await eventually(`${name} to be right again`, async () =>
    (await field.getAttribute('aria-invalid')) === 'true' ? undefined : true,
  )
  return said
}

describe('starting', () => {
  test('the form as it opens is a run that trains, and says what it will cost', async () => {
    // By hand: 103 018 parameters and their momentum in float32, and the answers for 3 000 examples of 10 classes.
    await eventually('the cost', async () =>
      /12.epochs, 4.snapshots \(3.8.MB on disk\), .*about/.test((await bar().textContent()) ?? '')
        ? true
        : undefined,
    )
    const asItOpens = await spec()
    await makeTiny(12)
    const promised = await named('name').getAttribute('placeholder')
    await page.keyboard.press('Control+Enter')
    const id = await launched()
    const run = await lab.watch('the run to complete', (store) =>
      store.read.summaries('current').find((one) => one.id === id && one.status === 'completed'),
    )
    assert.equal(run.stepsDone, 12)
    assert.equal(run.name, promised)
    assert.deepEqual(run.spec, { ...asItOpens, model: { kind: 'softmax' }, budget: { steps: 12 } })
  })

  test('while a run trains, another can stand in line behind it', async () => {
    await makeTiny(5_000_000)
    await start().click()
    await launched()
    await window.go('/new')
    await makeTiny(5)
    await page.getByRole('button', { name: 'Add to queue' }).click()
    const second = await launched()
    assert.equal(stored().find(({ id }) => id === second)?.status, 'queued')
    for (const { id, status } of stored())
      if (status === 'running') assert.equal((await lab.run('stop', id)).code, 0)
    await lab.watch('the second run', (store) =>
      store.read.summaries('current').find(({ id, status }) => id === second && status === 'completed'),
    )
  })
})

describe('malformed input', () => {
  test('is refused beside every field of the run, and launches nothing', async () => {
    const before = stored().length
    await page.getByText('Augmentation, smoothing').click()
    const fields: [string, string][] = [
      ['dataset.validation', '0.9'],
      ['dataset.seed', '1.5'],
      ['batchSize', '0'],
      ['batchSize', '20000'],
      ['budget.epochs', 'a dozen'],
      ['budget.epochs', ''],
      ['budget.epochs', '0.0001'],
      ['name', 'x'.repeat(201)],
      ['seed', '1e400'],
      ['augmentation.crop', '65'],
      ['labelSmoothing', '1'],
      ['evaluation.everyEpochs', '0'],
    ]
    for (const [name, wrong] of fields) {
      const said = await refuses(name, wrong)
      assert.match(said, /must .*received/, `${name}: ${said}`)
    }
    await named('snapshots.at').selectOption('epochs')
    assert.match(await refuses('snapshots.every', '-2'), /Every must be at least 1 \(received -2\)/)
    assert.equal(stored().length, before)
  })

  test('is refused beside every field of every model and optimizer', async () => {
    const before = stored().length
    for (const kind of ['mlp', 'cnn', 'resnet', 'wrn', 'densenet', 'layers']) {
      await named('model.kind').selectOption(kind)
      await refusesAll('model', 'x')
    }
    await page.getByRole('button', { name: 'Reset' }).click()
    for (const kind of ['sgd', 'rmsprop', 'adam', 'adamw']) {
      await named('optimizer.kind').selectOption(kind)
      await refusesAll('optimizer', '-1')
    }
    assert.equal(stored().length, before)
  })

  test('is refused beside every field of every schedule', async () => {
    const before = stored().length
    for (const kind of scheduleKinds) {
      await chooseSchedule(familyOf(kind)?.name ?? kind)
      await unfold()
      await refusesAll('schedule', '-1, x')
      await page.getByRole('button', { name: 'Reset' }).click()
    }
    await chooseSchedule('Formula')
    const said = await refuses('schedule.expression', 'base * (')
    assert.match(said, /formula base \* \(/)
    assert.equal(stored().length, before)
  })

  test('is announced with the name of the field, and shown where it is', async () => {
    await named('schedule.lrMax').fill('fast')
    await start().click()
    const status = page.locator('footer [role="status"]')
    assert.match((await status.textContent()) ?? '', /Highest rate must be a number \(received "fast"\)/)
    await view('Code')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.locator('[name="schedule.lrMax"]:focus').waitFor()
  })

  /** Fills every text field of a part wrongly at once, presses Start, and looks for a sentence beside each. */
  async function refusesAll(part: string, wrong: string): Promise<void> {
    const fields = page.locator(`input[name^="${part}."]:not([type="checkbox"], [type="hidden"])`)
    const all = await Promise.all((await fields.all()).map((field) => field.getAttribute('name')))
    const names = all.filter((name) => name !== null)
    for (const name of names) await named(name).fill(name.endsWith('expression') ? '' : wrong)
    await start().click()
    for (const name of names) {
      const said = await mistakeAt(named(name), name)
      assert.match(said, /must .*received/, `${name}: ${said}`)
    }
    assert.match(page.url(), /\/new$/)
  }
})

async function chooseSchedule(name: string): Promise<void> {
  const picker = page.getByRole('combobox', { name: 'Schedule', exact: true }).first()
  await picker.click()
  await page.getByRole('listbox').getByRole('option', { name, exact: true }).click()
}

describe('the designer', () => {
  /** Where the curve goes, as the chart tells it to those who do not see it. */
  const told = async (): Promise<string> =>
    (await page.getByRole('figure', { name: /^Learning rate/ }).getAttribute('aria-label')) ?? ''

  test('a handle dragged by the pointer changes its parameter and the curve', async () => {
    const before = await told()
    const handle = slider('Highest rate')
    await drag(handle, 0, 60)
    const { schedule } = await spec()
    assert.ok(schedule.kind === 'sgdr' && schedule.lrMax < 0.05 && schedule.lrMax > 0.02)
    assert.equal(Number(await slider('Highest rate').getAttribute('aria-valuenow')), schedule.lrMax)
    assert.equal(await named('schedule.lrMax').inputValue(), String(schedule.lrMax))
    assert.notEqual(await told(), before)
    await drag(slider('End of the first cycle'), 80, 0)
    const after = await spec()
    assert.ok(after.schedule.kind === 'sgdr' && after.schedule.t0 > 3 && after.schedule.t0 < 6)
  })

  test('Ctrl+Z takes back a whole drag, then what was before it; Ctrl+Shift+Z does it again', async () => {
    const rates = async () => named('schedule.lrMax').inputValue()
    await named('batchSize').fill('32')
    await drag(slider('Highest rate'), 0, 60)
    const dragged = await rates()
    assert.notEqual(dragged, '0.05')
    await page.keyboard.press('Control+z')
    assert.equal(await rates(), '0.05')
    assert.equal(await named('batchSize').inputValue(), '32')
    await page.keyboard.press('Control+z')
    assert.equal(await named('batchSize').inputValue(), '64')
    await page.keyboard.press('Control+Shift+z')
    await page.keyboard.press('Control+Shift+z')
    assert.equal(await named('batchSize').inputValue(), '32')
    assert.equal(await rates(), dragged)
  })

  test('in the smallest window the curve has half of the height, and no choice is cut', async () => {
    await page.setViewportSize({ width: 1024, height: 700 })
    for (const name of ['SGDR, warm restarts', 'Cyclical (CLR)', 'Reduce on plateau']) {
      await chooseSchedule(name)
      const pane = await page.getByRole('region', { name: 'Schedule designer' }).boundingBox()
      const curve = await page.getByRole('figure', { name: /^Learning rate/ }).boundingBox()
      assert.ok(pane !== null && curve !== null)
      assert.ok(curve.height >= pane.height / 2, `${name}: ${curve.height} of ${pane.height}`)
      assert.ok(curve.y + curve.height <= 700)
      await unfold()
      assert.deepEqual(await page.evaluate(cutChoices), [], name)
      await page.locator('summary', { hasText: 'Finer' }).click()
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('narrow, or at 200 % zoom, no field is lost', async () => {
    for (const [width, height] of [
      [480, 800],
      [720, 450],
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const name of ['Schedule', 'Preset']) {
        const box = await page.getByRole('combobox', { name, exact: true }).boundingBox()
        assert.ok(box !== null && box.width > 150 && box.x >= 0 && box.x + box.width <= width, name)
      }
      assert.equal(await page.evaluate('document.getElementById("page").scrollWidth <= innerWidth'), true)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
      await page.getByRole('heading', { level: 1, name: 'New run' }).waitFor()
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('a handle moved by keys does the same, to its ends', async () => {
    await slider('Highest rate').press('ArrowUp')
    const up = await spec()
    assert.ok(up.schedule.kind === 'sgdr' && up.schedule.lrMax > 0.05 && up.schedule.lrMax < 0.06)
    await slider('End of the first cycle').press('ArrowRight')
    await slider('End of the first cycle').press('Shift+ArrowRight')
    const { schedule } = await spec()
    assert.ok(schedule.kind === 'sgdr')
    assert.equal(schedule.t0, 4.1)
    assert.match((await told()) ?? '', /Learning rate, linear scale by epoch/)
  })

  test('a cycle that the budget cuts is named, and one press mends it', async () => {
    await named('budget.epochs').fill('13')
    await page.getByText('Cycle 5 will be cut at 33 %: no snapshot.').waitFor()
    await page.getByRole('button', { name: /Make the budget 12.epochs/ }).click()
    assert.deepEqual((await spec()).budget, { epochs: 12 })
  })

  test('other schedules lie over it until they are unpinned', async () => {
    await page.getByRole('button', { name: 'Pin this schedule' }).click()
    await page.getByRole('combobox', { name: 'Compare with a preset or a past run' }).click()
    await page.getByRole('listbox').getByRole('option', { name: 'REX', exact: true }).click()
    assert.match(await told(), /this schedule: .*SGDR 3×1: .*REX: from/)
    await page.getByRole('button', { name: 'Unpin REX' }).click()
    assert.doesNotMatch(await told(), /REX/)
  })

  test('a warm-up goes in front of any schedule, and a sequence is edited part by part', async () => {
    await page.getByLabel('Warm-up in front').check()
    await slider('End of the warm-up').waitFor()
    await page.getByLabel('Warm-up in front').uncheck()
    await chooseSchedule('Sequence')
    await page.getByRole('button', { name: /^2 SGDR/ }).click()
    await named('schedule.pieces.1.schedule.lrMax').fill('0.02')
    const { schedule } = await spec()
    assert.ok(schedule.kind === 'sequence')
    assert.deepEqual(
      schedule.pieces.map(({ schedule: one }) => one.kind === 'sgdr' && one.lrMax),
      [0.05, 0.02],
    )
  })

  async function drag(handle: Locator, right: number, down: number): Promise<void> {
    const box = await handle.boundingBox()
    assert.ok(box)
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + right / 2, y + down / 2)
    await page.mouse.move(x + right, y + down)
    await page.mouse.up()
  }
})

/** In the page: choices of a select that are wider than the room it has for them. */
const cutChoices = `(() => {
  const pen = document.createElement('canvas').getContext('2d')
  // What is folded has no width.
  const seen = [...document.querySelectorAll('main select')].filter((select) => select.checkVisibility())
  return seen.flatMap((select) => {
    const style = getComputedStyle(select)
    pen.font = style.font
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    return [...select.options].map(({ text }) => text).filter((text) => pen.measureText(text).width > room + 1)
  })
})()`

describe('a model of one’s own', () => {
  const editor = (): Locator => page.getByRole('textbox', { name: 'Topology of the model' })
  const sequential = (...layers: object[]) => JSON.stringify({ class_name: 'Sequential', config: { layers } })
  const flat = { class_name: 'Flatten', config: { name: 'flat', batch_input_shape: [null, 28, 28, 1] } }
  const dense = { class_name: 'Dense', config: { name: 'out', units: 10, activation: 'softmax' } }

  test('is refused before Start while it is empty, no JSON, or cannot be trained', async () => {
    const before = stored().length
    await named('model.kind').selectOption('layers')
    await editor().waitFor()
    const refused = async (text: string | undefined, sentence: RegExp): Promise<void> => {
      if (text !== undefined) await editor().fill(text)
      await page.locator('#topology-says').filter({ hasText: sentence }).waitFor()
      await page.keyboard.press('Control+Enter')
      await page.locator('footer [role="status"]').filter({ hasText: sentence }).waitFor()
      assert.match(page.url(), /\/new$/)
    }
    await refused(undefined, /The model is empty/)
    await refused('{ "class_name": ', /is not JSON/)
    await refused(
      sequential(flat, { class_name: 'LocallyConnected2D', config: { name: 'patches' } }),
      /layer "patches" \(LocallyConnected2D\)/,
    )
    assert.equal(stored().length, before)
  })

  test('is read from a file and trains', async () => {
    await named('model.kind').selectOption('layers')
    await editor().waitFor()
    await page.locator('input[type="file"]').setInputFiles({
      name: 'model.json',
      mimeType: 'application/json',
      buffer: Buffer.from(sequential(flat, dense)),
    })
    await page.getByText('Sequential, 2\u202flayers').first().waitFor()
    await assertAccessible(page)
    await page.getByLabel('Counted in').selectOption('steps')
    await named('budget.steps').fill('3')
    await start().click()
    const id = await launched()
    const run = await lab.watch('the run to complete', (store) =>
      store.read.summaries('current').find((one) => one.id === id && one.status === 'completed'),
    )
    assert.equal(run.parameters, 7850)
  })
})

describe('JSON and code', () => {
  test('the form follows JSON that is valid, and JSON follows the form', async () => {
    await named('seed').fill('7')
    await view('JSON')
    const text = await json().inputValue()
    assert.equal(JSON.parse(text).seed, 7)
    await json().fill(text.replace('"seed": 7', '"seed": 8').replace('"lrMax": 0.05', '"lrMax": 0.02'))
    assert.equal(await named('seed').inputValue(), '8')
    await view('Designer')
    assert.equal(await named('schedule.lrMax').inputValue(), '0.02')
  })

  test('JSON that is not valid is kept, told by field, and starts nothing', async () => {
    const before = stored().length
    await view('JSON')
    const text = await json().inputValue()
    await json().fill(text.replace('"batchSize": 64', '"batchSize": "many"'))
    await page.getByText('batchSize: must be a whole number').waitFor()
    assert.equal(await named('batchSize').inputValue(), '64')
    await start().click()
    await page
      .getByRole('status')
      .filter({ hasText: 'The JSON view holds text that is not applied' })
      .waitFor()
    await json().fill('{ "schedule": ')
    await page.getByText(/not JSON/).waitFor()
    await page.reload()
    await view('JSON')
    assert.equal(await json().inputValue(), '{ "schedule": ')
    await page.getByRole('button', { name: 'Back to what the form says' }).click()
    assert.equal(JSON.parse(await json().inputValue()).batchSize, 64)
    assert.equal(stored().length, before)
  })

  test('the schedule is there as code for every library', async () => {
    await view('Code')
    for (const name of ['PyTorch', 'Keras', 'Optax']) {
      await page.getByRole('radiogroup', { name: 'Library' }).getByText(name).click()
      const code = await page.getByRole('textbox', { name: `Schedule for ${name}` }).inputValue()
      assert.match(code, new RegExp(`exported by Anneal for ${name}`))
      assert.match(code, /def learning_rate\(step/)
    }
    await page.getByRole('radiogroup', { name: 'Library' }).getByText('TensorFlow.js').click()
    const code = page.getByRole('textbox', { name: 'Schedule for TensorFlow.js' })
    assert.match(await code.inputValue(), /export function learningRate\(step: number\)/)
    await page.getByRole('button', { name: 'Save…' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Test of the code' }).click()
    const saved = await saving
    assert.equal(saved.suggestedFilename(), 'schedule.test.ts')
    assert.match(readFileSync(await saved.path(), 'utf8'), /from "\.\/schedule\.ts"/)
  })
})

describe('starting from a past run', () => {
  test('takes all of its spec, by address and by hand, and a reload keeps what was changed since', async () => {
    const [run] = stored().filter(({ status }) => status === 'completed')
    assert.ok(run)
    const { name: _, ...theirs } = run.spec
    await window.go(`/new?from=${run.id}`)
    await page.getByText(`from ${run.name}`).waitFor()
    assert.deepEqual(await spec(), theirs)
    await named('seed').fill('99')
    await page.reload()
    await page.getByText(`from ${run.name}`).waitFor()
    assert.equal(await named('seed').inputValue(), '99')
    await page.getByRole('combobox', { name: 'Start from a past run' }).click()
    await page.getByRole('option', { name: run.name }).first().click()
    await page.locator('[name="seed"][value="1"]').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    assert.equal(await named('seed').inputValue(), '99')
  })

  test('a run that is not there is told, and the form stands', async () => {
    await window.go('/new?from=nowhere')
    await page.getByText('The run to start from could not be read').waitFor()
    await start().waitFor()
  })
})

test('nothing keeps people out, whatever the page shows', async () => {
  await assertAccessible(page)
  await chooseSchedule('Sequence')
  await page.getByText('in numbers').click()
  await named('batchSize').fill('many')
  await assertAccessible(page)
  await view('JSON')
  await json().fill('{')
  await assertAccessible(page)
})

test('a scheduler of PyTorch is pasted, refused with its place, and then taken', async () => {
  await page.getByRole('button', { name: 'From PyTorch' }).click()
  const text = page.getByRole('textbox', { name: 'PyTorch scheduler' })
  await text.fill('StepLR(optimizer, size=3)')
  await page.getByRole('button', { name: 'Take as schedule' }).click()
  assert.match(await page.getByRole('alert').innerText(), /column 24: StepLR has no size[\s\S]*\^/)
  await text.fill('StepLR(optimizer, step_size=3, gamma=0.5)')
  await page.getByRole('button', { name: 'Take as schedule' }).click()
  await text.waitFor({ state: 'detached' })
  const { schedule } = await spec()
  assert.ok(schedule.kind === 'step' && schedule.stepSize === 3 && schedule.gamma === 0.5)
})
