import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgetBlocks } from '../../../../shared/study/budgetBlocks.ts'
import { csvTable, markdownTable } from '../../../../src-renderer/components/tableText.ts'
import {
  budgetCsv,
  budgetMarkdown,
  budgetTable,
  budgetText,
} from '../../../../src-renderer/pages/studies/budget/budgetTable.ts'
import { costWords, followingWords } from '../../../../src-renderer/pages/studies/budget/costWords.ts'
import { goesOn } from '../../../../src-renderer/pages/studies/results.ts'
import { scoreTexts } from '../../../../src-renderer/pages/studies/scoreTexts.ts'
import { cellInfo, seedsOf } from '../../../shared/study/cellInfos.ts'

const score = { part: 'validation', of: 'accuracy' } as const
const accuracy = scoreTexts(score, 'accuracy')

// Of 0.90 and 0.92: mean 0.91, deviation 0.01·√2 = 0.0141.
const cells = [
  ...seedsOf('REX', 0.01, [0.9, 0.92]),
  ...seedsOf('REX', 1, [0.9, null]),
  ...seedsOf('None', 0.01, [0.905, 0.91]),
  ...seedsOf('None', 1, [0.5, 0.5]),
  ...seedsOf('Step', 0.01, [0.3, 0.3]),
  ...seedsOf('Step', 1, [null, null]),
]

test('a cell of the table is mean ± deviation and n, with its place, and what diverged', () => {
  const [section] = budgetTable(budgetBlocks(cells, score), accuracy)
  assert.deepEqual(section?.budgets, [
    { budget: 0.01, steps: 10 },
    { budget: 1, steps: 1000 },
  ])
  const told = section?.rows.map(({ schedule, cells: row }) => [
    schedule,
    ...row.map(({ text, count, place, isLevel, note }) => [text, count, place, isLevel, note]),
  ])
  assert.deepEqual(told, [
    [
      'REX',
      ['91.00 ± 1.41', 'n 2', 1, true, ''],
      ['90.00', 'n 1', undefined, false, '1 diverged at step 8, rate 3'],
    ],
    ['None', ['90.75 ± 0.35', 'n 2', 2, true, ''], ['50.00 ± 0.00', 'n 2', 1, false, '']],
    [
      'Step',
      ['30.00 ± 0.00', 'n 2', 3, false, ''],
      ['diverged', '', undefined, false, '2 runs, one at step 8, rate 3'],
    ],
  ])
})

test('as errors the same table has what is missing to 100 %, and the same places', () => {
  const errors = budgetTable(budgetBlocks(cells, score), scoreTexts(score, 'error'))
  const first = errors[0]?.rows[0]?.cells[0]
  assert.deepEqual([first?.text, first?.place], ['9.00 ± 1.41', 1])
})

test('a cell links to the runs that are there', () => {
  const some = [
    ...seedsOf('REX', 1, [0.9]),
    cellInfo({ settings: { schedule: 'REX' }, seed: 2, status: 'deleted', runId: 'gone' }),
  ]
  const [section] = budgetTable(budgetBlocks(some, score), accuracy)
  assert.deepEqual(section?.rows[0]?.cells[0]?.runIds, ['REX 1 1'])
  assert.equal(section?.rows[0]?.cells[0]?.note, '1 without a result')
})

test('the table as Markdown has the same marks', () => {
  const text = budgetMarkdown(budgetTable(budgetBlocks(cells, score), accuracy), accuracy)
  assert.deepEqual(text.split('\n\n')[1]?.split('\n'), [
    '| Schedule | 1\u202f% (10 steps) | 100\u202f% (1000 steps) |',
    '| --- | ---: | ---: |',
    '| REX | **91.00 ± 1.41** (2) ≈ | 90.00 (1), 1 diverged at step 8, rate 3 |',
    '| None | 90.75 ± 0.35 (2) ² ≈ | **50.00 ± 0.00** (2) |',
    '| Step | 30.00 ± 0.00 (2) ³ | diverged, 2 runs, one at step 8, rate 3 |',
  ])
})

test('the table as CSV has a row a place in full precision', () => {
  const [head, first, ...rest] = budgetCsv(
    budgetBlocks(seedsOf('Step, "old"', 0.1, [0.25, 0.75], { settings: { task: 'A' } }), score),
    score,
  ).split('\n')
  assert.equal(head, 'task,optimizer,schedule,budget,steps,score,n,mean,sd,diverged,place')
  assert.equal(first, `A,,"Step, ""old""",0.1,100,validation accuracy,2,0.5,${Math.SQRT1_2 / 2},0,1`)
  assert.deepEqual(rest, [''])
})

test('what would break a table of text is escaped', () => {
  assert.equal(markdownTable({ head: ['a|b'], rows: [['c\nd']] }), '| a\\|b |\n| --- |\n| c d |')
  assert.equal(csvTable({ head: ['a'], rows: [['b\nc'], ['']] }), 'a\n"b\nc"\n\n')
  const hostile = { head: ['=1+1', '-0.5'], rows: [['@SUM(A1:A2),x', '\u202edrow']] }
  assert.equal(csvTable(hostile), `'=1+1,-0.5\n"'@SUM(A1:A2),x",\\u202edrow\n`)
})

test('budgets are told in whole percent where they are whole', () => {
  assert.deepEqual([0.01, 0.07, 0.1, 0.25, 1, 0.015].map(budgetText), [
    '1\u202f%',
    '7\u202f%',
    '10\u202f%',
    '25\u202f%',
    '100\u202f%',
    '1.5\u202f%',
  ])
})

test('runs that follow once their rates are found are told: a run a seed for each that is being tuned', () => {
  const settings = (schedule: string, rateFactor: number) => ({
    schedule,
    optimizer: 'SGD',
    task: 'a',
    rateFactor,
  })
  const tuning = (schedule: string, factor: number, status: 'completed' | 'queued') =>
    cellInfo({ role: 'tuning', settings: settings(schedule, factor), status })
  const open = [tuning('REX', 1, 'completed'), tuning('REX', 3, 'queued'), tuning('linear', 1, 'queued')]
  const words = (of: typeof cells) =>
    followingWords(budgetBlocks(of, score), 3, true).replaceAll('\u202f', ' ')
  assert.equal(words(open), '6 more runs will follow, once their rates are found.')
  assert.equal(words([]), '')
})

test('of a study that has ended no run is said to follow or to come', () => {
  const at = { schedule: 'REX', optimizer: 'SGD', task: 'a' }
  const tuned = [cellInfo({ role: 'tuning', settings: { ...at, rateFactor: 1 }, validationAccuracy: 0.9 })]
  const left = [cellInfo({ settings: at, status: 'interrupted' })]
  const notes = (of: typeof cells, isGoingOn: boolean) =>
    budgetTable(budgetBlocks(of, score), accuracy, isGoingOn)[0]?.rows[0]?.cells[0]?.note
  assert.equal(followingWords(budgetBlocks(tuned, score), 3, false), '')
  assert.deepEqual([notes(tuned, true), notes(tuned, false)], ['rate being tuned', 'no rate was found'])
  assert.deepEqual([notes(left, true), notes(left, false)], ['1 to come', '1 without a result'])
  const status = (['active', 'paused', 'cancelled', 'finished'] as const).map((one) =>
    goesOn({ status: one }),
  )
  assert.deepEqual(status, [true, true, false, false])
})

test('the cost of a study counts the runs that tuned its rates', () => {
  const spent = [cellInfo({ steps: 300, seconds: 60 }), cellInfo({ role: 'tuning', steps: 100, seconds: 15 })]
  assert.equal(
    costWords(spent).replaceAll('\u202f', ' '),
    'So far 400 steps and 1 m 15 s of training, 25 % of the steps to tune rates.',
  )
  assert.equal(costWords([cellInfo({ steps: 0 })]), '')
})
