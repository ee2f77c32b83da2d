import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { first, headline, lab, panel, partOf, printed, shown, window } from './lab.ts'

/* The parts of the workbench: reached by keyboard, kept by a reload, and with the numbers that the command line prints. */

test('every part is a landmark that a link leads to by keyboard, with the answer still in sight', async () => {
  const links = panel().getByRole('navigation', { name: 'Parts of the ensemble' })
  assert.deepEqual(await links.getByRole('link').allInnerTexts(), [
    ...['Members', 'Scores', 'Choice', 'Diversity', 'Calibration', 'Weights'],
  ])
  for (const name of ['Diversity', 'Weights', 'Scores']) {
    await links.getByRole('link', { name }).press('Enter')
    const heading = panel().getByRole('region', { name, exact: true }).locator('h3:focus')
    await heading.getByText(name, { exact: true }).waitFor()
    const place = await heading.boundingBox()
    const answer = await headline().boundingBox()
    for (const at of [place, answer]) assert.ok(at && at.y >= 0 && at.y < 900, `${name} in sight`)
  }
  await links.getByRole('link', { name: 'Members' }).press('Enter')
  await panel().locator('section:focus').getByRole('table', { name: 'Members of the ensemble' }).waitFor()
})

test('fitted weights survive a reload, with the numbers of the command line', async () => {
  const { page } = window
  const want = await printed('--choose', 'fitted')
  await panel().getByRole('button', { name: 'Use Fitted weights' }).click()
  await page.waitForURL(/weights=/)
  const members = want.members.filter(({ weight }) => weight > 0)
  const shows = async () => {
    await headline().getByText(shown(want.testAccuracy)).waitFor()
    for (const { cycle, weight } of members) {
      const row = panel()
        .getByRole('row')
        .filter({ has: page.getByRole('checkbox', { name: `Member cycle ${cycle}`, exact: true }) })
      if (weight > 0)
        await row
          .getByRole('cell', { name: `${(100 * weight).toFixed(0)}\u202f%` })
          .first()
          .waitFor()
    }
    await panel().getByText(want.nll.toFixed(4), { exact: true }).first().waitFor()
  }
  await shows()
  await page.reload()
  await shows()
  await panel().getByRole('button', { name: 'Use All members' }).click()
  await page.waitForURL((url) => !/weights=|members=|method=/.test(url.search))
})

const details = z.object({
  details: z.object({
    calibration: z.object({
      scaled: z.object({
        fit: z.object({ temperature: z.number() }),
        after: z.object({ nll: z.number(), ece: z.number() }),
      }),
    }),
  }),
})

test('temperature, and a point of each pair in the kappa-error diagram', async () => {
  const { stdout } = await lab.run('ensemble', '--run', first, '--details', '--json')
  const { scaled } = details.parse(JSON.parse(stdout)).details.calibration
  await panel()
    .getByText(`Temperature ${scaled.fit.temperature.toFixed(3)}, fitted on validation by NLL`)
    .waitFor()
  const errors = panel().getByRole('region', { name: 'Calibration errors: table' })
  const cells = await errors
    .getByRole('row', { name: /^scaled/ })
    .getByRole('cell')
    .allInnerTexts()
  assert.deepEqual(cells.slice(0, 2), [scaled.after.nll.toFixed(4), shown(scaled.after.ece)])

  await panel()
    .getByRole('button', { name: /^Kappa and error of pairs.*table/ })
    .click()
  const values = panel().getByRole('region', { name: /^Kappa and error of pairs.*: values/ })
  const rows = await values.getByRole('row').allInnerTexts()
  const drawn = rows.slice(1).map((row) => row.trim().split(/\s+/).map(Number))
  const want = pairsByHand()
  assert.equal(drawn.length, want.length)
  for (const [k, { kappa, error }] of want.entries()) {
    const [x = Number.NaN, y = Number.NaN] = drawn[k] ?? []
    assert.ok(
      Math.abs(x - kappa) < 6e-4 && Math.abs(y - 100 * error) < 0.06,
      `${rows[k + 1]}: ${kappa} ${error}`,
    )
  }
})

/** Kappa and mean error of every pair of members on the test part, by kappa. */
function pairsByHand() {
  const members = lab
    .look(({ read }) => read.snapshots(first))
    .map(({ id }) => {
      const { probs, labels, classes } = partOf(id, 'test')
      const guesses = [...labels].map((_, n) => {
        const row = [...probs.subarray(n * classes, (n + 1) * classes)]
        return row.indexOf(Math.max(...row))
      })
      return {
        guesses,
        classes,
        error: guesses.filter((guess, n) => guess !== labels[n]).length / labels.length,
      }
    })
  const pairs = members.flatMap((a, i) =>
    members.slice(i + 1).map((b) => {
      const n = a.guesses.length
      const share = (of: readonly number[], c: number): number => of.filter((guess) => guess === c).length / n
      const agree = a.guesses.filter((guess, k) => guess === b.guesses[k]).length / n
      const chance = Array.from({ length: a.classes }, (_, c) => share(a.guesses, c) * share(b.guesses, c))
      const expected = chance.reduce((x, y) => x + y, 0)
      return { kappa: (agree - expected) / (1 - expected), error: (a.error + b.error) / 2 }
    }),
  )
  return pairs.sort((a, b) => a.kappa - b.kappa)
}
