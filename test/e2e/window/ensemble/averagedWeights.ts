import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { assertAccessible } from '../support.ts'
import { first, lab, panel, shown, window } from './lab.ts'

/* One model of averaged weights, and whether its members may be averaged. */

test('averaged weights are asked for on their own', async () => {
  const { stdout } = await lab.run('ensemble', '--run', first, '--method', 'weights', '--json')
  const want = z.object({ testAccuracy: z.number() }).parse(JSON.parse(stdout))
  await panel()
    .getByRole('button', { name: /^Average the weights of 4/ })
    .click()
  const table = panel().getByRole('table').filter({ hasText: 'cycles 1, 2, 3, 4' })
  await table
    .getByRole('row', { name: /^Test/ })
    .getByRole('cell', { name: shown(want.testAccuracy) })
    .waitFor()
  // Whether they may be averaged at all stands beside it, and the line between the outermost members.
  await panel()
    .getByText(/^No bump between the members|^The members lie in different valleys/)
    .waitFor()
  await panel().getByRole('button', { name: 'Line from cycle 1 to cycle 4' }).click()
  await panel()
    .getByText(/: two basins\.$|^One basin, as far as/)
    .waitFor()
  await panel()
    .getByRole('figure', { name: /Loss between the two/ })
    .waitFor()
  const name = panel().getByRole('textbox', { name: 'Name of the averaged weights' })
  assert.equal(await name.inputValue(), 'first: last 4, averaged weights')
  await name.fill('one model')
  await name.press('Enter')
  await panel().getByText('Saved as one model').waitFor()
  const kept = lab.look(({ read }) => read.ensembles(first)).find(({ name }) => name === 'one model')
  assert.deepEqual([kept?.method, kept?.testAccuracy], ['weightAverage', want.testAccuracy])
  await assertAccessible(window.page)
  // It goes again, so that what follows begins with none saved.
  const row = panel().getByRole('listitem').filter({ hasText: 'one model' })
  await row.getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Delete' }).click()
  await name.waitFor()
})
