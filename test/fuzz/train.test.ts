import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import { random } from '../../shared/random.ts'
import { cloudsCsv, type Lab, makeLab } from '../e2e/lab.ts'
import { invokeHere } from '../src-main/cli/testTerminal.ts'
import { type Json, malform } from './mutations.ts'

/* `anneal train` with malformed specs and data: exit 2, one sentence, and the database as it was. */

const inProcess = 190
const asProcess = 10

const valid: Json[] = [
  {
    name: 'table',
    dataset: { name: 'clouds', validation: 0.1, seed: 3 },
    model: { kind: 'mlp', hidden: [8, 8], dropout: 0.1 },
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.0001 },
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 1, tMult: 2 },
    batchSize: 16,
    budget: { epochs: 3 },
    labelSmoothing: 0.1,
    seed: 5,
    snapshots: { at: 'cycleEnds' },
    evaluation: { everyEpochs: 1 },
  },
  {
    dataset: { name: 'clouds' },
    model: { kind: 'softmax' },
    optimizer: { kind: 'adamw', beta1: 0.9, weightDecay: 0.01 },
    schedule: { kind: 'warmup', length: 3, unit: 'step', schedule: { kind: 'cosine', lrStart: 0.01 } },
    batchSize: 8,
    budget: { steps: 20 },
    device: 'cpu',
  },
]

let lab: Lab
let content: string
let folder: string

before(async () => {
  lab = makeLab()
  const csv = lab.write('clouds.csv', cloudsCsv(300))
  const imported = await invokeHere(lab.home, [
    ...['datasets', 'import', csv, '--format', 'csv', '--label', 'cloud', '--name', 'clouds', '--json'],
  ])
  assert.equal(imported.code, 0, imported.err)
  folder = JSON.parse(imported.out).folder
  const trained = await invokeHere(lab.home, ['train', '--spec', specFile(JSON.stringify(valid[0]))])
  assert.equal(trained.code, 0, trained.err)
  content = logicalContent()
})
after(() => lab.remove())

test('the specs that are broken below are valid to begin with', async () => {
  const checked = await invokeHere(lab.home, ['train', '--spec', specFile(JSON.stringify(valid[1]))])
  assert.equal(checked.code, 0, checked.err)
  content = logicalContent()
})

test(`${inProcess} malformed specs`, async () => {
  for (let i = 0; i < inProcess; i++) {
    const { how, text } = malformedSpec(i)
    const { code, out, err } = await invokeHere(lab.home, ['train', '--spec', specFile(text), '--json'])
    assertRefused(`spec ${i}, ${how}`, code, out, err)
  }
  assert.equal(logicalContent(), content)
})

test(`${asProcess} malformed specs, each in a process of its own`, async () => {
  for (let i = inProcess; i < inProcess + asProcess; i++) {
    const { how, text } = malformedSpec(i)
    const { code, stdout, stderr } = await lab.run('train', '--spec', specFile(text))
    assertRefused(`spec ${i}, ${how}`, code, stdout, stderr)
  }
  assert.equal(logicalContent(), content)
})

test('specs that are well formed but fit neither data nor schedule', async () => {
  const misfits: Record<string, object> = {
    'a network for images': { model: { kind: 'cnn' } },
    'a topology that is none': {
      model: { kind: 'layers', topology: { class_name: 'Sequential', config: 3 } },
    },
    'a batch larger than the data': { batchSize: 60_000 },
    'no such data set': { dataset: { name: 'clouts' } },
    'a formula that is none': { schedule: { kind: 'formula', lr: 'sin(' } },
    'less than a step': { budget: { epochs: 1e-6 } },
  }
  for (const [how, change] of Object.entries(misfits)) {
    const text = JSON.stringify(Object.assign({}, valid[0], change))
    const { code, out, err } = await invokeHere(lab.home, ['train', '--spec', specFile(text), '--json'])
    assertRefused(how, code, out, err)
    assert.equal(logicalContent(), content, how)
  }
})

test('a spec that cannot be built leaves an empty database empty', async () => {
  const db = path.join(lab.home, 'fresh.db')
  const train = (change: object) =>
    invokeHere(lab.home, [
      ...['train', '--spec', specFile(JSON.stringify(Object.assign({}, valid[0], change))), '--db', db],
    ])
  // Refused before a row is written; this makes the file.
  const first = await train({ dataset: { name: 'clouts' } })
  assertRefused('no such data set', first.code, first.out, first.err)
  const empty = logicalContent(db)
  const { code, out, err } = await train({ model: { kind: 'cnn' } })
  assertRefused('a network for images', code, out, err)
  assert.equal(logicalContent(db), empty)
})

test('stored data that were damaged since their import', async () => {
  const backup = path.join(lab.home, 'backup')
  cpSync(folder, backup, { recursive: true })
  for (let i = 0; i < 24; i++) {
    const rng = random(11, 'damage', i)
    const names = readdirSync(folder).sort()
    const name = names[rng.below(names.length)] ?? ''
    const bytes = readFileSync(path.join(folder, name))
    const damaged =
      rng.below(2) === 0
        ? bytes.subarray(0, rng.below(bytes.length))
        : Buffer.concat([bytes, Buffer.alloc(1 + rng.below(9), 0xff)])
    writeFileSync(path.join(folder, name), damaged)
    const { code, out, err } = await invokeHere(lab.home, [
      'train',
      '--spec',
      specFile(JSON.stringify(valid[0])),
      '--json',
    ])
    assertRefused(`${name} of ${damaged.length} bytes instead of ${bytes.length}`, code, out, err)
    rmSync(folder, { recursive: true })
    cpSync(backup, folder, { recursive: true })
  }
  assert.equal(logicalContent(), content)
})

test('files to import that were damaged', async () => {
  const csv = cloudsCsv(40)
  const before = storedFolders()
  for (let i = 0; i < 24; i++) {
    const rng = random(13, 'csv', i)
    const lines = csv.trimEnd().split('\n')
    const at = 1 + rng.below(lines.length - 1)
    const line = lines[at] ?? ''
    lines[at] =
      [`${line},1`, line.slice(0, line.lastIndexOf(',')), `"${line}`, line.replace(/^[^,]*/, ''), `${line}"`][
        rng.below(5)
      ] ?? ''
    const file = lab.write('damaged.csv', lines.join('\n'))
    const { code, out, err } = await invokeHere(lab.home, [
      'datasets',
      'import',
      file,
      '--format',
      'csv',
      '--label',
      'cloud',
      '--json',
    ])
    assertRefused(`line ${at}: ${lines[at]}`, code, out, err)
  }
  assert.deepEqual(storedFolders(), before)
})

function malformedSpec(i: number) {
  const rng = random(5, 'malform', i)
  return malform(valid[i % valid.length] ?? null, rng)
}

function assertRefused(what: string, code: number | null, out: string, err: string): void {
  assert.equal(code, 2, `${what}: ${err}`)
  assert.equal(out, '', what)
  assert.match(err, /^[^\n]{10,}[.?)]\n$/, `${what}: one sentence`)
  assert.doesNotMatch(err, /\bat .*:\d+:\d+|undefined|\[object/, `${what}: no stack`)
  assert.doesNotMatch(err.slice(0, -1), /\p{Cc}/u, `${what}: no control characters`)
}

function specFile(text: string): string {
  return lab.write('spec.json', text)
}

function storedFolders(): string[] {
  return readdirSync(path.join(lab.home, 'datasets')).sort()
}

/** What only counts looks and heartbeats, and the names by which other windows learn that a run is gone. */
const bookkeeping = new Set(['lab', 'hosts', 'purged_runs'])

/** A hash over every row of every other table. */
function logicalContent(file = lab.database): string {
  const db = new Database(file, { readonly: true })
  const hash = createHash('sha256')
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
    for (const table of tables.map(String)) {
      if (table.startsWith('sqlite_') || bookkeeping.has(table)) continue
      const rows = db.prepare(`SELECT * FROM "${table}"`).raw().all()
      hash.update(`${table} ${rows.length}\n`)
      const lines = rows.map((row) => JSON.stringify(row)).sort()
      for (const line of lines) hash.update(`${line}\n`)
    }
  } finally {
    db.close()
  }
  return hash.digest('hex')
}
