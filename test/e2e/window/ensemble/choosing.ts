import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  assertShows,
  box,
  first,
  headline,
  lab,
  openPanel,
  panel,
  partOf,
  printed,
  scoreOf,
  shown,
  window,
} from './lab.ts'

/* Who is a member and how they are combined: what the window shows is what the command line prints. */

test('one click answers with the numbers the command line prints', async () => {
  const want = await printed()
  assert.equal(want.members.length, 4)
  await openPanel()
  await assertShows(want, 4)
  await panel()
    .locator('h3:focus')
    .getByText(/test accuracy of/)
    .waitFor()
  for (const { cycle, valAccuracy, testAccuracy } of want.members) {
    const member = window.page.getByRole('checkbox', { name: `Member cycle ${cycle}` })
    const row = panel().getByRole('row').filter({ has: member })
    await row
      .getByRole('cell', { name: shown(valAccuracy) })
      .first()
      .waitFor()
    await row
      .getByRole('cell', { name: shown(testAccuracy) })
      .first()
      .waitFor()
  }
})

test('a member unticked, and other ways to combine, are what the command line makes of them', async () => {
  const all = await printed()
  const kept = all.members.filter(({ cycle }) => cycle !== 2).map(({ snapshotId }) => snapshotId)
  const some = ['--snapshots', kept.join(',')]
  await box('cycle 2').uncheck()
  await assertShows(await printed(...some), 3)
  await panel().getByText('Logit average', { exact: true }).click()
  await assertShows(await printed(...some, '--method', 'logit-average'), 3)
  const weighted = await printed(...some, '--method', 'weighted')
  await panel().getByText('Weighted', { exact: true }).click()
  await assertShows(weighted, weighted.members.filter(({ weight }) => weight > 0).length)
  await panel().getByText('Average', { exact: true }).click()
  await box('cycle 2').check()
  await assertShows(all, 4)
})

test('what is best on validation is ticked, and it is said that it was chosen there', async () => {
  await panel().getByRole('button', { name: 'Best on validation' }).click()
  const said = panel().getByText(/^Chosen on validation as the best of 15 subsets \(NLL [\d.]+\)/)
  const nll = Number(/NLL ([\d.]+)/.exec(await said.innerText())?.[1])
  const members = lab.look(({ read }) => read.snapshots(first)).map(({ id }) => partOf(id, 'validation'))
  const nlls = Array.from({ length: 15 }, (_, k) => {
    const subset = members.filter((_, place) => ((k + 1) >> place) % 2 === 1)
    return scoreOf(subset).nll
  })
  assert.ok(Math.abs(nll - Math.min(...nlls)) < 1e-4)
  await panel()
    .getByRole('checkbox', { name: /^(Untick|Tick) all members$/ })
    .check()
  await said.waitFor({ state: 'detached' })
})

test('the same as errors, and back', async () => {
  const want = await printed()
  await panel().getByText('Error', { exact: true }).click()
  const heading = panel().getByRole('heading', { name: /test error of/ })
  await heading.getByText(shown(1 - want.testAccuracy)).waitFor()
  await panel().getByText('Accuracy', { exact: true }).first().click()
  await assertShows(want, 4)
})

test('the panel and its ticks survive a reload, stay in sight, and never make the page taller', async () => {
  const { page } = window
  await page.setViewportSize({ width: 1440, height: 900 })
  await box('cycle 2').uncheck()
  await page.waitForURL(/members=/)
  await panel()
    .getByText(/picked with their test scores in sight/)
    .waitFor()
  await page.reload()
  await headline().getByText('3 snapshots').waitFor()
  assert.equal(await box('cycle 2').isChecked(), false)
  for (const [width, height] of [
    [1440, 900],
    [1024, 700],
    [720, 800],
  ] as const) {
    await page.setViewportSize({ width, height })
    await panel().getByRole('heading', { name: 'Diversity', exact: true }).scrollIntoViewIfNeeded()
    const over = z
      .tuple([z.number(), z.number()])
      .parse(
        await page.evaluate(
          '[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]',
        ),
      )
    assert.deepEqual(over, [0, 0], `at ${width} × ${height}`)
    await headline().waitFor()
    const place = await headline().boundingBox()
    const ticks = await box('cycle 1').boundingBox()
    for (const at of [place, ticks]) assert.ok(at && at.y >= 0 && at.y < height, `in sight at ${width}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await box('cycle 2').check()
  await page.waitForURL((url) => !url.search.includes('members='))
})
