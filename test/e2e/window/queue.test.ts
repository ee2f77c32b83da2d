import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/* The queue in the window: one run trains without end, three wait. */

const lab = await makeWindowLab()
const host = await lab.serve()
const { page, go, problems } = await lab.open(host)

const endless = (name: string) =>
  lab.write(
    `${name}.json`,
    JSON.stringify({
      name,
      model: { kind: 'mlp', hidden: [8] },
      schedule: { kind: 'constant', lr: 0.1 },
      budget: { epochs: 100_000 },
    }),
  )

async function queue(name: string): Promise<string> {
  const { code, stdout, stderr } = await lab.run('train', '--queue', '--json', '--spec', endless(name))
  assert.equal(code, 0, stderr)
  return z.object({ runId: z.string() }).parse(JSON.parse(stdout)).runId
}

const active = await queue('active')
await lab.watch('it to train', ({ read }) => read.run(active).status === 'running' || undefined)
for (const name of ['one', 'two', 'three']) await queue(name)

const list = page.getByRole('dialog', { name: 'Queue' })
const shown = () => list.getByRole('link').allTextContents()
const stored = (): string[] => lab.look(({ read }) => read.queue().map(({ name }) => name))
const untilOrder = async (...names: readonly string[]): Promise<void> => {
  await eventually(names.join(', '), async () => String(await shown()) === String(names) || undefined)
  assert.deepEqual(stored(), names)
}

test('the queue opens from the top line and is put in order with the keyboard alone', async () => {
  await go('/')
  await page.getByRole('button', { name: '3 queued' }).press('Enter')
  await untilOrder('one', 'two', 'three')
  await page.getByRole('button', { name: 'Move one one place later' }).press('Enter')
  await untilOrder('two', 'one', 'three')
  // The button is still under the finger.
  await page.keyboard.press('Enter')
  await untilOrder('two', 'three', 'one')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Start one next' }).press('Enter')
  await untilOrder('one', 'two', 'three')
  await assertAccessible(page)
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'detached' })
  assert.deepEqual(problems, [])
})

test("a queued run's own page says how many go before it, and lets it go first", async () => {
  const third = lab.look(({ read }) => read.queue().at(-1)?.id)
  await go(`/runs/${third}`)
  const note = page.getByRole('region', { name: 'State of the run' })
  await note.getByText('Queued, 3 runs before it').waitFor()
  await note.getByRole('button', { name: 'Start it next' }).click()
  await note.getByText('Queued, 1 run before it').waitFor()
  assert.equal(await note.getByRole('button').count(), 0)
  assert.deepEqual(stored(), ['three', 'one', 'two'])
})

test('the row menu does the same, and what runs next is what stands first', async () => {
  await go('/')
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'two', exact: true }) })
  await row.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Start it next' }).click()
  await eventually('two to be first', async () => stored()[0] === 'two' || undefined)
  assert.equal((await lab.run('stop', active)).code, 0)
  await lab.watch(
    'two to train',
    ({ read }) => read.runs({ status: 'running' }).some(({ name }) => name === 'two') || undefined,
  )
})
