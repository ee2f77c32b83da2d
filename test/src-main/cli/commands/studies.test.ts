import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { Terminal } from '../../../../src-main/cli/terminal.ts'
import { cloudsCsv } from '../../../e2e/lab.ts'
import { invokeHere, type Outcome } from '../testTerminal.ts'

/* Sweeps and studies from the command line: what scripts may lean on, and every mistake told before anything is stored. */

const accuracy = z.number().min(0).max(1)
const cell = z.object({
  runId: z.string().min(8),
  settings: z.record(z.string(), z.json()),
  seed: z.int(),
  budget: z.number(),
  status: z.string(),
  validationAccuracy: accuracy.nullable(),
  testAccuracy: accuracy.nullable(),
  validationLoss: z.number().nullable(),
  steps: z.int(),
  seconds: z.number(),
})
const report = z.object({
  studyId: z.string(),
  name: z.string(),
  status: z.string(),
  objective: z.string(),
  cells: z.array(cell),
  best: cell.nullable(),
  bestSetting: z
    .object({ settings: z.record(z.string(), z.json()), mean: z.number(), n: z.int(), notToldApart: z.int() })
    .nullish(),
  ranking: z
    .object({
      methods: z.array(z.string()),
      top1: z.array(z.number()),
      top3: z.array(z.number()),
      meanRank: z.array(z.number()),
      friedman: z.object({ chiSquared: z.number(), p: z.number() }),
      criticalDifference: z.number(),
    })
    .optional(),
})
const planned = z.object({
  runs: z.int(),
  steps: z.int(),
  cells: z.array(z.json()),
  leftOut: z.array(z.json()),
})

const base = {
  dataset: { name: 'clouds' },
  model: { kind: 'softmax' },
  schedule: { kind: 'cosine', lrStart: 0.1 },
  batchSize: 16,
  budget: { epochs: 2 },
  snapshots: { at: 'last' },
  device: 'simd',
}
let home: string
let run: string

const anneal = (...args: string[]) => invokeHere(home, args)
function write(name: string, content: unknown): string {
  const file = path.join(home, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
function reportOf({ code, out, err }: Outcome, wanted = 0): z.infer<typeof report> {
  assert.equal(code, wanted, err)
  return report.parse(JSON.parse(out))
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'anneal-studies-'))
  const csv = write('clouds.csv', cloudsCsv(300))
  run = write('run.json', base)
  const { code, err } = await anneal('datasets', 'import', csv, '--format', 'csv', '--label', 'cloud')
  assert.equal(code, 0, err)
})
after(() => rmSync(home, { recursive: true, force: true }))

test('a sweep runs to its end and prints every run; the other doors of the command line show the same', async () => {
  const waiting = JSON.parse((await anneal('train', '--queue', '--spec', run, '--json')).out)
  const swept = await anneal(
    ...['sweep', '--spec', run, '--axis', 'schedule.lrStart=0.01,0.1', '--axis', 'seed=1,2'],
    ...['--slots', '2', '--name', 'two rates', '--json'],
  )
  const { studyId, status, objective, cells, best, bestSetting } = reportOf(swept)
  assert.deepEqual([status, objective, cells.length], ['finished', 'validationAccuracy', 4])
  assert.deepEqual(cells.map(({ settings, seed }) => [settings['schedule.lrStart'], seed]).sort(), [
    [0.01, 1],
    [0.01, 2],
    [0.1, 1],
    [0.1, 2],
  ])
  for (const each of cells) assert.deepEqual([each.status, each.budget], ['completed', 1])
  const top = Math.max(...cells.map(({ validationAccuracy }) => validationAccuracy ?? 0))
  assert.equal(best?.validationAccuracy, top)
  const means = [0.01, 0.1].map(
    (rate) =>
      cells
        .filter(({ settings }) => settings['schedule.lrStart'] === rate)
        .reduce((sum, { validationAccuracy }) => sum + (validationAccuracy ?? 0), 0) / 2,
  )
  assert.deepEqual([bestSetting?.mean, bestSetting?.n], [Math.max(...means), 2])
  assert.match(swept.err, /4\/4 {2}schedule\.lrStart .*seed \d: validation \d/)

  // The command works on its study alone: what else waits is left to the open app.
  const queue = JSON.parse((await anneal('queue', 'list', '--json')).out)
  assert.deepEqual(
    queue.queue.map(({ runId }: { runId: string }) => runId),
    [waiting.runId],
  )

  // A cell is a run like any other.
  const alone = JSON.parse((await anneal('runs', 'show', cells[0]?.runId ?? '', '--json')).out)
  assert.equal(alone.epochs.at(-1).valAccuracy, cells[0]?.validationAccuracy)

  const listed = JSON.parse((await anneal('studies', 'list', '--json')).out)
  assert.deepEqual(
    listed.studies.map(({ studyId: id, name }: { studyId: string; name: string }) => [id, name]),
    [[studyId, 'two rates']],
  )
  assert.deepEqual(reportOf(await anneal('studies', 'show', 'two rates', '--json')).cells, cells)
  assert.deepEqual(reportOf(await anneal('studies', 'export', studyId)).cells, cells)
  const file = path.join(home, 'sweep.csv')
  assert.equal((await anneal('studies', 'export', studyId, '--format', 'csv', '--out', file)).code, 0)
  const rows: Record<string, string>[] = parse(readFileSync(file, 'utf8'), { columns: true })
  assert.deepEqual(
    rows.map((row) => [row.runId, Number(row['settings.schedule.lrStart']), Number(row.testAccuracy)]),
    cells.map((each) => [each.runId, each.settings['schedule.lrStart'], each.testAccuracy]),
  )
  const text = await anneal('studies', 'show', studyId)
  assert.match(text.out, /best +0\.\d+ +2 +\d+\.\d\d ± \d+\.\d\d %/)
  assert.match(text.out, /Mean ± standard deviation over n seeds/)
  assert.match((await anneal('studies', 'list')).out, /two rates +sweep +finished +4\/4/)
  assert.match((await anneal('ensemble', '--study', studyId)).out, /runs +last 1 [\s\S]*\n +2 +\d+\.\d\d %/)
})

test('Ctrl+C pauses a study with what trains kept; resumed, it ends with the same bits and no run twice', async () => {
  const long = write('long.json', { ...base, budget: { epochs: 20 } })
  const axes = ['--spec', long, '--axis', 'schedule.lrStart=0.02,0.05', '--slots', '1', '--json']
  const whole = reportOf(await anneal('sweep', ...axes, '--name', 'whole'))
  let interrupted = false
  const whenItTrains: Terminal['onInterrupt'] = (listener) => {
    const timer = setInterval(async () => {
      const { out } = await anneal('studies', 'show', 'broken', '--json')
      const seen = out === '' ? undefined : report.safeParse(JSON.parse(out)).data
      if (interrupted || !seen?.cells.some(({ steps }) => steps > 0)) return
      interrupted = true
      listener(1)
    }, 50)
    return () => clearInterval(timer)
  }
  const paused = reportOf(
    await invokeHere(home, ['sweep', ...axes, '--name', 'broken'], { onInterrupt: whenItTrains }),
    130,
  )
  assert.equal(paused.status, 'paused')
  assert.ok(
    paused.cells.some(({ status }) => status === 'queued' || status === 'interrupted'),
    JSON.stringify(paused.cells),
  )
  const resumed = reportOf(await anneal('studies', 'resume', paused.studyId, '--json'))
  assert.equal(resumed.status, 'finished')
  assert.deepEqual(
    resumed.cells.map(({ runId }) => runId),
    paused.cells.map(({ runId }) => runId),
  )
  assert.deepEqual(await weights(resumed), await weights(whole))
  assert.match((await anneal('studies', 'resume', paused.studyId)).err, /all of its runs have ended/)
})

async function weights({ cells }: z.infer<typeof report>): Promise<string[]> {
  const all = await Promise.all(cells.map(({ runId }) => anneal('runs', 'show', runId, '--json')))
  return all.map(({ out }) => JSON.parse(out).finalWeightsSha256)
}

test('a study waits in the queue, is cancelled and deleted; what it has found stays until then', async () => {
  const queued = reportOf(
    await anneal('sweep', '--spec', run, '--axis', 'batchSize=8,16', '--queue', '--json', '--name', 'later'),
  )
  assert.deepEqual(
    queued.cells.map(({ status }) => status),
    ['queued', 'queued'],
  )
  assert.equal(reportOf(await anneal('studies', 'pause', 'later', '--json')).status, 'paused')
  assert.match((await anneal('studies', 'delete', 'later', '--yes')).err, /paused; cancel it first/)
  assert.equal(reportOf(await anneal('studies', 'cancel', 'later', '--json')).status, 'cancelled')
  assert.match((await anneal('studies', 'delete', 'later')).err, /add --yes/)
  assert.match((await anneal('studies', 'move', 'later', '--to', 'first')).err, /it has ended/)
  assert.match((await anneal('studies', 'extend', 'later', '--seeds', '2', '--best', '5')).err, /no best one/)
  const edited = await anneal('studies', 'edit', 'later', '--name', 'much later', '--slots', '3', '--json')
  assert.equal(reportOf(edited).name, 'much later')
  assert.match((await anneal('studies', 'edit', queued.studyId)).err, /at least one of --name/)
  const extended = reportOf(
    await anneal('studies', 'extend', queued.studyId, '--axis', 'batchSize=32', '--queue', '--json'),
  )
  assert.deepEqual(
    extended.cells.map(({ settings }) => settings.batchSize),
    [8, 16, 32],
  )
  assert.equal((await anneal('studies', 'edit', queued.studyId, '--name', 'later')).code, 0)
  await anneal('studies', 'cancel', 'later')
  assert.equal((await anneal('studies', 'delete', 'later', '--runs', '--yes')).code, 0)
  assert.equal((await anneal('studies', 'restore', queued.studyId)).code, 0)
  assert.equal(reportOf(await anneal('studies', 'show', 'later', '--json')).cells.length, 3)
  assert.equal((await anneal('studies', 'delete', 'later', '--runs', '--yes')).code, 0)
  assert.deepEqual(JSON.parse((await anneal('queue', 'slots', '--processor', '2', '--json')).out), {
    processor: 2,
    graphics: 1,
  })
  assert.equal((await anneal('queue', 'slots', '--processor', '0')).code, 2)
  assert.equal((await anneal('queue', 'slots', '--processor', '1')).code, 0)
  const { code, err } = await anneal('studies', 'show', 'later')
  assert.deepEqual([code, err.includes('no study is named so')], [2, true])
})

test('a dry run says what a study would be, and stores nothing', async () => {
  const empty = mkdtempSync(path.join(tmpdir(), 'anneal-dry-'))
  try {
    const spec = { ...base, dataset: { name: 'fashion-mnist-12k' } }
    const file = path.join(empty, 'run.json')
    writeFileSync(file, JSON.stringify(spec))
    const dry = (...args: string[]) => invokeHere(empty, [...args, '--dry-run', '--json'])
    const { out, code, err } = await dry(
      'sweep',
      '--spec',
      file,
      '--axis',
      'schedule.lrStart=0.001..1:log:4',
      '--seeds',
      '1,2',
    )
    assert.equal(code, 0, err)
    assert.equal(planned.parse(JSON.parse(out)).runs, 8)
    const none = await invokeHere(empty, ['studies', 'list', '--json'])
    assert.deepEqual(JSON.parse(none.out).studies, [])
  } finally {
    rmSync(empty, { recursive: true, force: true })
  }
})

test('a budget study ranks its schedules, a trunk is laid beside separate runs, in JSON and in tables', async () => {
  const budget = write('budget.json', {
    kind: 'budget',
    name: 'budgets',
    base,
    schedules: [{ preset: 'rex' }, { label: 'none', spec: { kind: 'constant', lr: 0.1 } }],
    budgets: [0.5, 1],
    seeds: [1, 2],
  })
  const { cells, ranking, status } = reportOf(
    await anneal('study', '--spec', budget, '--slots', '2', '--json'),
  )
  assert.deepEqual([status, cells.length], ['finished', 8])
  assert.deepEqual([...new Set(cells.map((each) => `${each.budget} ${each.steps}`))].sort(), [
    '0.5 13',
    '1 26',
  ])
  assert.deepEqual(
    [ranking?.methods, ranking?.top3],
    [
      ['REX', 'none'],
      [1, 1],
    ],
  )
  // By hand: a schedule ranks by its mean over the seeds of each budget.
  const mean = (schedule: string, share: number): number =>
    cells
      .filter((each) => each.settings.schedule === schedule && each.budget === share)
      .reduce((sum, each) => sum + (each.validationAccuracy ?? 0) / 2, 0)
  const ranks = [0.5, 1].map((share) => {
    const difference = mean('REX', share) - mean('none', share)
    return Math.abs(difference) < 1e-12 ? 1.5 : difference > 0 ? 1 : 2
  })
  assert.equal(ranking?.meanRank[0], ((ranks[0] ?? 0) + (ranks[1] ?? 0)) / 2)
  const shown = (await anneal('studies', 'show', 'budgets')).out
  assert.match(shown, /schedule +50 % \(13 steps\) +100 % \(26 steps\)/)
  assert.match(shown, /REX +\d+\.\d\d ± \d+\.\d\d %/)
  assert.match(shown, /schedule +mean rank/)

  const trunk = write('trunk.json', {
    kind: 'trunk',
    name: 'one trunk',
    base,
    lr: 0.05,
    budgets: [0.5, 1],
    shapes: ['linear'],
    seeds: [1],
  })
  const grown = reportOf(await anneal('study', '--spec', trunk, '--slots', '2', '--json'))
  assert.deepEqual([grown.status, grown.cells.length], ['finished', 5])
  const text = (await anneal('studies', 'show', 'one trunk')).out
  assert.match(
    text,
    /validation accuracy[\s\S]*trunk and linear cool-down +trained separately[\s\S]*test accuracy/,
  )
  assert.match(text, /steps a seed, all budgets\s+separately/)
})

test('the studies that come with Anneal can all be planned on what is shipped', async () => {
  const listed = z
    .object({ presets: z.array(z.object({ id: z.string(), asks: z.string(), source: z.string() })) })
    .parse(JSON.parse((await anneal('studies', 'presets', '--json')).out))
  const ids = listed.presets.map(({ id }) => id)
  for (const id of ['rex', 'clr', 'super-convergence', 'sgdr', 'trunk']) assert.ok(ids.includes(id), id)
  for (const id of ids) {
    const { out, code, err } = await anneal('study', '--preset', id, '--dry-run', '--json')
    assert.equal(code, 0, err)
    assert.ok(planned.parse(JSON.parse(out)).runs > 5, id)
  }
  assert.match((await anneal('studies', 'presets')).out, /trunk: One trunk for every budget\n/)
})

test('every mistake is told in one sentence with axis, rule and value, before anything is stored', async () => {
  const before = (await anneal('runs', 'list', '--json')).out
  const studiesBefore = (await anneal('studies', 'list', '--json')).out
  const refused = async (wanted: RegExp, ...args: string[]): Promise<void> => {
    const { code, out, err } = await anneal(...args)
    assert.equal(code, 2, `${args.join(' ')}: ${out}${err}`)
    assert.equal(out, '', args.join(' '))
    assert.match(err, /^[^\n]+\n$/)
    assert.match(err, wanted)
  }
  const sweep = (wanted: RegExp, ...axes: string[]) =>
    refused(wanted, 'sweep', '--spec', run, ...axes.flatMap((axis) => ['--axis', axis]))
  const study = (wanted: RegExp, content: unknown) =>
    refused(wanted, 'study', '--spec', write('study.json', content))
  const budget = {
    kind: 'budget',
    base,
    schedules: [{ preset: 'rex' }, { spec: { kind: 'constant', lr: 0.1 } }],
    budgets: [0.5, 1],
  }

  // Axes.
  await sweep(/schedule\.lrMacks.*(no such field|cannot vary|is no field)/, 'schedule.lrMacks=1,2')
  await sweep(
    /schedule\.lrStart.*must be above 0.*-1|schedule\.lrStart.*must be at least 0.*-1/,
    'schedule.lrStart=0.1,-1',
  )
  await sweep(/batchSize.*65536.*1e9|batchSize.*65536.*1000000000/, 'batchSize=16,1000000000')
  await sweep(/model\.hidden/, 'model.hidden=[64],"wide"')
  await sweep(/schedule\.lrStart.*at least one value/, 'schedule.lrStart=')
  await sweep(/schedule\.lrStart.*(twice|once|repeat).*0\.1/, 'schedule.lrStart=0.1,0.1')
  await sweep(/seed.*(twice|once)/, 'seed=1,2', 'seed=3')
  await sweep(/axis schedule\.lrStart: .*begin above 0 \(received 0\)/, 'schedule.lrStart=0..1:log')
  await sweep(/1[ ,]?000[ ,]?000|million/, 'schedule.lrStart=0.001..1:1000', 'batchSize=1..1000')
  await sweep(/axis seed: every whole number between 1 and 1000000 .*\(received 1000000\)/, 'seed=1..1000000')
  await sweep(/axis batchSize, values\.count: .*\(received 2000\)/, 'batchSize=1..5000:2000')
  await sweep(/dataset\.name.*gone-set|gone-set/, 'dataset.name=clouds,gone-set')
  await sweep(/preset.*rax.*rex|rax/, 'schedule=rax,cosine')
  await sweep(/must be PATH=VALUES/, 'lr')
  await refused(/axis: must be given at least once/, 'sweep', '--spec', run)

  // Options.
  const one = ['sweep', '--spec', run, '--axis', 'seed=1,2']
  await refused(/--search random needs --cells/, ...one, '--search', 'random')
  await refused(/--cells goes with --search random/, ...one, '--cells', '5')
  await refused(
    /search: must be one of grid, one, random, quasi \(received "bayes"\)/,
    ...one,
    '--search',
    'bayes',
  )
  await refused(
    /objective: must be one of validationAccuracy, validationLoss/,
    ...one,
    '--objective',
    'testAccuracy',
  )
  await refused(/slots: must be at most 64 \(received 65\)/, ...one, '--slots', '65')
  await refused(/--keep .*needs --halving/, ...one, '--keep', '0.5')
  await refused(/halving\.rungs.*at least two rungs/, ...one, '--halving', '1')
  await refused(/halving: must be shares of the budget/, ...one, '--halving', 'three')
  await refused(/either --spec FILE or --preset ID \(received neither\)/, 'study')
  await refused(/no preset "rax" \(did you mean rex\?\)/, 'study', '--preset', 'rax')

  // Files.
  await refused(
    /no such file or folder/,
    'sweep',
    '--spec',
    path.join(home, 'absent.json'),
    '--axis',
    'seed=1',
  )
  await study(/cannot be read as JSON/, '{ "kind": "sweep", ')
  await study(/kind: must be one of sweep, budget, trunk \(did you mean budget\?\) \(received "budgets"\)/, {
    ...budget,
    kind: 'budgets',
  })
  await study(/this is a run, not a study/, base)
  await study(/must be a JSON object/, [])
  await study(/schedulez: there is no such field \(did you mean schedules\?\)/, { ...budget, schedulez: [] })
  await study(/schedules: needs at least one schedule/, { ...budget, schedules: [] })
  await study(/budgets\.0: must be above 0 \(received 0\)/, { ...budget, budgets: [0, 1] })
  await study(/budgets\.0: must be at most 1 \(received 2\)/, { ...budget, budgets: [2] })
  await study(/seeds: needs at least one seed/, { ...budget, seeds: [] })
  await study(/lr: must be above 0/, { kind: 'trunk', base, lr: -1 })
  await study(/gone-set/, { ...budget, base: { ...base, dataset: { name: 'gone-set' } } })
  await study(/gone-set/, { ...budget, tasks: [{ dataset: { name: 'gone-set' } }] })
  await study(/schedule REX at a budget of 1 %: .*at least one step/, { ...budget, budgets: [0.01, 1] })
  await refused(
    /must be a run.*received a study of the kind "budget"/,
    'sweep',
    '--spec',
    write('b.json', budget),
    '--axis',
    'seed=1',
  )

  // Stored studies.
  await refused(/no study is named so/, 'studies', 'show', 'nothing')
  await refused(/csv needs --out/, 'studies', 'export', 'whole', '--format', 'csv', '--json')
  await refused(/exists already/, 'studies', 'export', 'whole', '--out', run)
  await refused(/is finished/, 'studies', 'pause', 'whole')
  await refused(/--run does not go with --study/, 'ensemble', '--study', 'whole', '--run', 'mx')
  await refused(/received neither/, 'ensemble')

  assert.equal((await anneal('runs', 'list', '--json')).out, before)
  assert.equal((await anneal('studies', 'list', '--json')).out, studiesBefore)
})

test('a database that is not there is not made by looking at its studies', async () => {
  const file = path.join(home, 'absent.db')
  assert.equal((await anneal('studies', 'list', '--db', file)).code, 2)
  assert.equal(existsSync(file), false)
})
