import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { loss } from '../../../../src-renderer/format/format.ts'
import { assertAccessible } from '../support.ts'
import { first, lab, panel, shown, window } from './lab.ts'

/* One model of averaged weights, and whether its members may be averaged. */

const averageLines = z.object({
  lines: z.array(
    z.object({
      points: z.array(z.object({ loss: z.number() })),
      top: z.object({ at: z.number(), height: z.number(), standardError: z.number(), isBump: z.boolean() }),
    }),
  ),
})

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
    .getByText(/: two basins\.$|^One basin, as far as .* tell: no bump/)
    .waitFor()
  await panel()
    .getByRole('figure', { name: /Loss between the two/ })
    .waitFor()
  // The lines from each member to the average say what the command line says of them.
  const ids = lab.look(({ read }) => read.snapshots(first)).map(({ id }) => id)
  const { stdout: lines } = await lab.run('line', '--average', ids.join(), '--json')
  const { lines: measured } = averageLines.parse(JSON.parse(lines))
  await panel()
    .getByText(/^Between cycle \d and the average lies a bump|tell: on no line from a member to the average/)
    .waitFor()
  const guard = panel().getByRole('region', { name: 'Lines to the average: table' })
  for (const [k, { points, top }] of measured.entries()) {
    const row = guard.getByRole('row', { name: new RegExp(`^cycle ${k + 1}\\b`) })
    const cells = await row.getByRole('cell').allInnerTexts()
    assert.deepEqual(cells, [
      loss(points[0]?.loss),
      top.height < 0 ? `−${loss(-top.height)}` : loss(top.height),
      loss(top.standardError),
      top.at.toFixed(1),
      top.isBump ? 'bump' : '–',
    ])
  }
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
