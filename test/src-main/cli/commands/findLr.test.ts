import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { cloudsCsv } from '../../../e2e/lab.ts'
import { suggest } from '../../../golden/runRangeTest.ts'
import { invokeHere } from '../testTerminal.ts'
import { checkXml } from '../xml.ts'

/* The contract that scripts lean on, and every sentence of bad input. */

let home: string
let spec: string

const anneal = (...args: string[]) => invokeHere(home, args)
const findLr = (...args: string[]) => anneal('find-lr', '--spec', spec, ...args)
const write = (name: string, content: unknown): string => {
  const file = path.join(home, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-find-lr-'))
  spec = write('run.json', {
    name: 'clouds',
    dataset: { name: 'clouds' },
    model: { kind: 'mlp', hidden: [8] },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1 },
    batchSize: 16,
    budget: { epochs: 2 },
  })
  const csv = write('clouds.csv', cloudsCsv(300))
  const { code, err } = await anneal('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(code, 0, err)
})
after(() => rmSync(home, { recursive: true, force: true }))

const rate = z.number().nullable()
const answer = z.object({
  runId: z.string(),
  points: z.array(z.strictObject({ step: z.int(), lr: z.number(), loss: rate, smoothed: rate })),
  stoppedAt: z.int().nullable(),
  suggestions: z.strictObject({ valley: rate, steep: rate, minimum: rate, slide: rate }),
  warnings: z.array(z.object({ kind: z.string(), text: z.string() })),
  accuracy: z.array(rate),
  status: z.string(),
})

test('the answer for scripts: points, where it stopped, four suggestions', async () => {
  const { code, out, err } = await findLr('--to', '100', '--json')
  assert.equal(code, 0, err)
  const document: unknown = JSON.parse(out)
  assert.ok(typeof document === 'object' && document !== null)
  assert.deepEqual(Object.keys(document).slice(0, 4), ['runId', 'points', 'stoppedAt', 'suggestions'])
  const { points, stoppedAt, suggestions, accuracy, status } = answer.parse(document)
  assert.equal(status, 'completed')
  assert.equal(accuracy.length, points.length)
  points.forEach(({ step, lr }, i) => {
    assert.equal(step, i)
    const want = 1e-7 * 1e9 ** (i / 99)
    assert.ok(Math.abs(lr - want) < 1e-9 * want)
  })
  // fastai's smoothing and rule, once more.
  let value = 0
  let best = Number.POSITIVE_INFINITY
  const stops = points.findIndex(({ loss, smoothed }, i) => {
    value = (loss ?? Number.NaN) + 0.98 * (value - (loss ?? Number.NaN))
    const want = value / (1 - 0.98 ** (i + 1))
    if (Number.isFinite(want)) assert.ok(Math.abs((smoothed ?? 0) - want) < 1e-9 * want)
    best = Math.min(best, want)
    return !(want <= 4 * best)
  })
  assert.equal(stoppedAt, stops === -1 ? null : stops)
  assert.equal(points.length, stops === -1 ? 100 : stops + 1)
  const curve = {
    numIt: 100,
    lrs: points.map(({ lr }) => lr),
    losses: points.map(({ smoothed }) => smoothed),
  }
  for (const [name, want] of Object.entries(suggest(curve))) {
    const found: unknown = Reflect.get(suggestions, name)
    if (found !== null) assert.equal(found, want, name)
  }
  assert.ok(suggestions.valley !== null)
})

test('a person reads the curve, each rate with its sentence, and what is doubtful; the picture is drawn', async () => {
  const svg = path.join(home, 'rates.svg')
  const { code, out, err } = await findLr('--to', '100', '--svg', svg)
  assert.equal(code, 0, err)
  assert.match(out, /Range test: clouds/)
  assert.match(out, /│.*•/)
  assert.match(out, /v {2}Valley +\d/)
  assert.match(out, /Halfway along the longest fall/)
  assert.match(out, /Smith's upper bound/)
  for (const line of out.split('\n')) assert.ok([...line].length <= 100, line)
  checkXml(readFileSync(svg, 'utf8'))
  const [, id = ''] = /runs show (\w+)/.exec(err) ?? []
  const shown = await anneal('runs', 'show', id)
  assert.equal(shown.out, out)
  const listed = JSON.parse((await anneal('runs', 'list', '--json')).out)
  const [run] = listed.runs.filter(({ runId }: { runId: string }) => runId === id)
  assert.deepEqual([run.kind, run.bestValAccuracy], ['rateTest', null])
  const drawn = await anneal('runs', 'export', id, '--format', 'svg')
  assert.equal(drawn.out, readFileSync(svg, 'utf8'))
  const shownToScripts = JSON.parse((await anneal('runs', 'show', id, '--json')).out)
  assert.equal(shownToScripts.rateTest.settings.to, 100)
  assert.equal(shownToScripts.best, null)
})

test("Smith's ramp, in epochs of the data", async () => {
  const { code, out, err } = await findLr(
    ...['--ramp', 'linear', '--from', '0.001', '--to', '1', '--epochs', '3', '--stop-at', 'never', '--json'],
  )
  assert.equal(code, 0, err)
  const { points, stoppedAt } = answer.parse(JSON.parse(out))
  // 210 training examples make 13 batches of 16.
  assert.equal(points.length, 39)
  assert.equal(stoppedAt, null)
  for (const { step, lr } of points) assert.ok(Math.abs(lr - (0.001 + (0.999 * step) / 38)) < 1e-12)
})

test('bad input gets one sentence, exit status 2, and nothing is stored', async () => {
  const count = async (): Promise<number> =>
    JSON.parse((await anneal('runs', 'list', '--json')).out).runs.length
  const before = await count()
  const nonsense = write('nonsense.json', { schedule: { kind: 'nonsense' }, budget: { epochs: 1 } })
  const absent = write('absent.json', { dataset: { name: 'gone' }, budget: { epochs: 1 } })
  const refusals: [RegExp, string[]][] = [
    [/from: must be above 0 \(received 0\)/, ['--from', '0']],
    [/from: must be a number \(received "low"\)/, ['--from', 'low']],
    [/to: must rise: from must be below to/, ['--from', '1', '--to', '0.1']],
    [/to: must be at most 1e6/, ['--to', '1e9']],
    [/steps: must be at least 20/, ['--steps', '5']],
    [/steps: must be a whole number/, ['--steps', '50.5']],
    [/epochs: must be above 0/, ['--epochs', '0']],
    [/steps: must be at least 20/, ['--epochs', '0.1']],
    [/give one of --steps and --epochs/, ['--epochs', '2', '--steps', '50']],
    [/smoothing: must be below 1/, ['--smoothing', '1']],
    [/stopAt: .*must be above 1|stopAt: must be above 1/, ['--stop-at', '0.5']],
    [/stopAt/, ['--stop-at', 'soon']],
    [/ramp/, ['--ramp', 'cosine']],
    [/snapshot 9999: it is not in the database/, ['--snapshot', '9999']],
    [/snapshot: must be/, ['--snapshot', '0']],
    [/Unknown option '--stps'/, ['--stps', '3']],
    [/"nonsense"/, ['--spec', nonsense]],
    [/there is none called "gone"/, ['--spec', absent]],
    [/cannot be read/, ['--spec', path.join(home, 'nowhere.json')]],
    [/JSON/, ['--spec', write('broken.json', '{')]],
    [/must be a JSON object/, ['--spec', write('list.json', [])]],
    [/exists already/, ['--svg', spec]],
    [/is not there/, ['--snapshot', '1', '--db', path.join(home, 'no.db')]],
  ]
  for (const [wanted, args] of refusals) {
    const { code, out, err } = await findLr(...args)
    assert.equal(code, 2, `${args.join(' ')}: ${err}`)
    assert.equal(out, '')
    assert.match(err, /^[^\n]+\n$/)
    assert.match(err, wanted, args.join(' '))
  }
  assert.equal(await count(), before)
  assert.ok(!existsSync(path.join(home, 'no.db')))
})

test('Ctrl+C stops it after the step under way, and what it saw is kept', async () => {
  const { code, out, err } = await invokeHere(
    home,
    ['find-lr', '--spec', spec, '--to', '1e-6', '--steps', '100000', '--json'],
    {
      onInterrupt: (listener) => {
        const timer = setImmediate(() => listener(1))
        return () => clearImmediate(timer)
      },
    },
  )
  assert.equal(code, 130, err)
  assert.match(err, /Stopping after this step; once more to end at once/)
  const { status, points, warnings } = answer.parse(JSON.parse(out))
  assert.equal(status, 'stopped')
  assert.ok(points.length < 100_000)
  assert.equal(warnings[0]?.kind, 'unfinished')
})

test('weights that the file says are those it starts with, and two things to start with are refused', async () => {
  const train = await anneal('train', '--spec', spec, '--json')
  assert.equal(train.code, 0, train.err)
  const { snapshots } = z
    .object({ snapshots: z.array(z.object({ id: z.int() })) })
    .parse(JSON.parse((await anneal('runs', 'show', 'clouds', '--json')).out))
  const id = snapshots.at(-1)?.id ?? 0
  const content: unknown = JSON.parse(readFileSync(spec, 'utf8'))
  const file = write('begun.json', {
    ...z.looseObject({}).parse(content),
    initialWeights: { of: { snapshotId: id } },
  })
  const lossAtFirst = async (...args: string[]): Promise<number> => {
    const { code, out, err } = await anneal('find-lr', ...args, '--steps', '20', '--json')
    assert.equal(code, 0, err)
    return answer.parse(JSON.parse(out)).points[0]?.loss ?? Number.NaN
  }
  // The first batch is that of the seed in all three: the loss before any step is of the weights alone.
  const [begun, branched, fresh] = [
    await lossAtFirst('--spec', file),
    await lossAtFirst('--spec', spec, '--snapshot', String(id)),
    await lossAtFirst('--spec', spec),
  ]
  assert.ok(begun < fresh, `${begun} against ${fresh}`)
  assert.ok(branched < fresh, `${branched} against ${fresh}`)
  const both = await anneal('find-lr', '--spec', file, '--snapshot', String(id))
  assert.equal(both.code, 2)
  assert.match(
    both.err,
    /the file says "initialWeights", and --snapshot \d+ is another model.*leave one of the two out\.$/m,
  )
})
