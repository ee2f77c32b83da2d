import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { random } from '../../../../shared/random.ts'
import { completionsAt } from '../../../../src-renderer/pages/runs/filter/complete.ts'
import { parseFilter } from '../../../../src-renderer/pages/runs/filter/parse.ts'
import { epoch, row } from './row.ts'

const runs = [
  row('alpha', { tags: ['paper'], best: epoch(0.881), status: 'completed', favourite: true }),
  row('beta', { tags: ['paper', 'draft'], best: epoch(0.88), status: 'stopped', stepsDone: 40 }),
  row('gamma', { note: 'alpha again', best: epoch(0.5), status: 'failed', stepsDone: 10 }),
  row('delta run', { best: null, status: 'running', stepsDone: 70, endedAt: null }),
  row(
    'epsilon',
    { status: 'queued', stepsDone: 0, startedAt: null, endedAt: null },
    { batchSize: 512, seed: 3 },
  ),
]

function found(text: string): string[] {
  const parsed = parseFilter(text)
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.message}`)
  return runs.filter(parsed.matches).map(({ id }) => id.split(' ')[0] ?? '')
}

describe('what a filter leaves', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', 'alpha beta gamma delta epsilon'],
    ['   ', 'alpha beta gamma delta epsilon'],
    ['alpha', 'alpha gamma'],
    ['ALPHA', 'alpha gamma'],
    ['name:alpha', 'alpha'],
    ['name=alph', ''],
    ['name:"delta run"', 'delta'],
    ['"delta run"', 'delta'],
    ['best>0.88', 'alpha'],
    ['best>=0.88', 'alpha beta'],
    ['best>=88%', 'alpha beta'],
    ['best=88%', 'beta'],
    ['best>88', 'alpha'],
    ['best>=88 best<88.05', 'beta'],
    ['best<=1', 'alpha beta gamma'],
    ['error<12', 'alpha'],
    ['progress<50', 'beta gamma epsilon'],
    ['best!=0.88', 'alpha gamma'],
    ['best<88%', 'gamma'],
    ['tag:paper', 'alpha beta'],
    ['tag:paper -tag:draft', 'alpha'],
    ['tag:paper NOT tag:draft', 'alpha'],
    ['-tag:paper', 'gamma delta epsilon'],
    ['tag!=paper', 'gamma delta epsilon'],
    ['status:running,queued', 'delta epsilon'],
    ['is:favourite', 'alpha'],
    ['is:favorite', 'alpha'],
    ['is:resumable', 'beta gamma'],
    ['is:active', 'delta'],
    ['progress<50%', 'beta gamma epsilon'],
    ['batch>256', 'epsilon'],
    ['seed:3', 'epsilon'],
    ['duration:60s', 'alpha beta gamma'],
    ['duration=1m', 'alpha beta gamma'],
    ['tag:draft OR status:failed', 'beta gamma'],
    ['best>0.6 tag:draft OR status:failed', 'beta gamma'],
    ['best>0.6 (tag:draft OR status:failed)', 'beta'],
    ['alpha AND is:favourite', 'alpha'],
    ['alpha | beta', 'alpha beta gamma'],
    ['-(alpha OR beta)', 'delta epsilon'],
    ['--alpha', 'alpha gamma'],
  ]
  for (const [text, left] of table) {
    test(text === '' ? '(nothing typed)' : text, () => assert.equal(found(text).join(' '), left))
  }
})

test('a share written as a plain number of percents says how it was read', () => {
  const words = (text: string) => {
    const parsed = parseFilter(text)
    return parsed.ok ? parsed.understood : undefined
  }
  assert.deepEqual(words('best>90 progress<50'), ['best>90 is read as 90 %', 'progress<50 is read as 50 %'])
  assert.deepEqual(words('best>0.9 progress<50% seed>3 epochs>20'), [])
})

describe('what cannot be read is told where it stands', () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    ['best>0.5 bets>3 sgdr', 'bets>3', /no field "bets".*"best"/],
    ['qwertz:1', 'qwertz:1', /no field "qwertz"/],
    ['best>high', 'best>high', /number, not with "high"/],
    ['best>', 'best>', /needs a value/],
    ['best>120', 'best>120', /between 0 and 100 %/],
    ['best>120%', 'best>120%', /between 0 and 100 %/],
    ['alpha OR', 'OR', /missing at the end/],
    ['OR alpha', 'OR', /needs something before/],
    ['(alpha', '(', /not closed/],
    ['alpha)', ')', /no opening/],
    ['()', ')', /nothing before/],
    ['is:happy', 'is:happy', /followed by one of/],
    ['name>alpha', 'name>alpha', /is text/],
    ['seed:3s', 'seed:3s', /number, not with "3s"/],
  ]
  for (const [text, part, message] of table) {
    test(text, () => {
      const parsed = parseFilter(text)
      assert.ok(!parsed.ok)
      assert.equal(text.slice(parsed.from, parsed.to), part)
      assert.match(parsed.message, message)
    })
  }
  test('nesting without end is refused, not followed', () => {
    assert.equal(parseFilter('('.repeat(10_000)).ok, false)
    assert.equal(parseFilter(`${'-'.repeat(10_000)}alpha`).ok, false)
  })
})

/** A formula drawn at random: as text, and as what it means worked out without the parser. */
interface Formula {
  readonly text: string
  readonly holds: (run: RunSummary) => boolean
  /** 0: a term or in parentheses, 1: an AND, 2: an OR. */
  readonly level: number
}

function draw(depth: number, below: (bound: number) => number): Formula {
  const kind = depth === 0 ? 0 : below(5)
  if (kind <= 1) {
    const limit = below(100)
    return below(2) === 0
      ? { text: `progress>${limit}%`, level: 0, holds: ({ stepsDone }) => stepsDone > limit }
      : { text: `seed<=${limit}`, level: 0, holds: ({ spec }) => spec.seed <= limit }
  }
  const a = draw(depth - 1, below)
  const wrap = (formula: Formula, most: number) => (formula.level > most ? `(${formula.text})` : formula.text)
  if (kind === 2) return { text: `-${wrap(a, 0)}`, level: 0, holds: (run) => !a.holds(run) }
  const b = draw(depth - 1, below)
  if (kind === 3) {
    const sign = below(2) === 0 ? ' ' : ' AND '
    return {
      text: `${wrap(a, 1)}${sign}${wrap(b, 1)}`,
      level: 1,
      holds: (run) => a.holds(run) && b.holds(run),
    }
  }
  return { text: `${a.text} OR ${b.text}`, level: 2, holds: (run) => a.holds(run) || b.holds(run) }
}

test('2,000 formulas mean what they were made of', () => {
  const rng = random(5, 'filters')
  const many = Array.from({ length: 40 }, (_, i) =>
    row(`run ${i}`, { stepsDone: rng.below(101) }, { seed: rng.below(100) }),
  )
  for (let i = 0; i < 2000; i++) {
    const formula = draw(5, (bound) => rng.below(bound))
    const parsed = parseFilter(formula.text)
    assert.ok(parsed.ok, formula.text)
    assert.deepEqual(many.map(parsed.matches), many.map(formula.holds), formula.text)
  }
})

test('anything typed is read or refused, never thrown at', () => {
  const rng = random(6, 'typing')
  const signs = [
    '(',
    ')',
    '-',
    '"',
    ' ',
    'best',
    '>',
    '0.8',
    '%',
    'tag',
    ':',
    ',',
    'OR',
    'AND',
    'NOT',
    '|',
    '=',
    '!',
  ]
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: rng.below(12) }, () => signs[rng.below(signs.length)]).join('')
    const parsed = parseFilter(text)
    if (parsed.ok) runs.every(parsed.matches)
    else assert.ok(parsed.from <= parsed.to && parsed.to <= text.length && /[.?]$/.test(parsed.message), text)
  }
})

describe('completions', () => {
  const offers = (text: string) =>
    completionsAt(text, text.length, ['paper', 'to do']).offers.map(({ insert }) => insert)
  test('fields by their beginning, with the sign that follows', () => {
    assert.deepEqual(offers('be'), ['best>'])
    assert.deepEqual(offers('sgdr -ta'), ['tag:'])
    assert.deepEqual(offers(''), [])
  })
  test('values of a field, quoted where they hold a blank', () => {
    assert.deepEqual(offers('status:comp'), ['status:completed '])
    assert.deepEqual(offers('status:failed,sto'), ['status:failed,stopped '])
    assert.deepEqual(offers('tag:'), ['tag:paper ', 'tag:"to do" '])
    assert.deepEqual(offers('is:fav'), ['is:favourite '])
  })
})

test('range tests are found, and left out, by their kind', () => {
  const all = [row('a'), row('b', { kind: 'rateTest', best: epoch(0.9) })]
  const left = (text: string): string => {
    const parsed = parseFilter(text)
    assert.ok(parsed.ok, text)
    return all
      .filter(parsed.matches)
      .map(({ id }) => id)
      .join()
  }
  assert.deepEqual(
    ['kind:training', 'kind:rangetest', 'is:rangetest', '-is:rangetest', '"range test"', 'best>0.1'].map(
      left,
    ),
    ['a', 'b', 'b', 'a', 'b', ''],
  )
})
