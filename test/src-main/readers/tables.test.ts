import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { random } from '../../../shared/random.ts'
import { openTables, type Table } from '../../../src-main/readers/index.ts'

/*
 * The files were written by NumPy 2, pandas and pyarrow (numpy.save, savez, savez_compressed, parquet.write_table, to_csv) from
 * one array: rng = numpy.random.default_rng(7); rng.dirichlet(numpy.ones(3), size=6).astype("f4"), printed below.
 */
const truth = [
  [0.30745014548301697, 0.4454924166202545, 0.24705743789672852],
  [0.19956611096858978, 0.04604679346084595, 0.7543870806694031],
  [0.002873529214411974, 0.8276268839836121, 0.16949957609176636],
  [0.2604697346687317, 0.46899688243865967, 0.27053338289260864],
  [0.23323878645896912, 0.2783251404762268, 0.4884360730648041],
  [0.05412937328219414, 0.766507089138031, 0.17936356365680695],
]
const labels = [0, 1, 2, 0, 1, 2]

const file = (name: string): string => join(import.meta.dirname, 'files', name)
const folder = await mkdtemp(join(tmpdir(), 'anneal-readers-'))
after(() => rm(folder, { recursive: true }))

async function readAll(table: Table, wanted?: readonly string[]): Promise<(number | string)[][]> {
  const all: (number | string)[][] = []
  for await (const { columns } of table.batches(wanted))
    for (const [c, column] of columns.entries()) all[c] = [...(all[c] ?? []), ...column]
  return all
}

async function first(path: string): Promise<Table> {
  const [table] = await openTables(path)
  assert.ok(table)
  return table
}

for (const name of ['c', 'fortran', 'big-endian', 'version-2', 'version-3'])
  test(`the array of ${name}.npy is NumPy's`, async () => {
    const table = await first(file(`${name}.npy`))
    assert.deepEqual(table.shape, [6, 3])
    assert.deepEqual(await readAll(table), [truth.flat()])
  })

test('half precision, integers and booleans are read', async () => {
  const [half = []] = await readAll(await first(file('half.npy')))
  for (const [n, value] of half.entries()) assert.ok(Math.abs(Number(value) - (truth.flat()[n] ?? 0)) < 3e-4)
  assert.deepEqual(await readAll(await first(file('labels-i8.npy'))), [labels])
  assert.deepEqual(await readAll(await first(file('labels-u1.npy'))), [labels])
  assert.deepEqual(await readAll(await first(file('bool.npy'))), [labels.map((label) => Number(label > 0))])
})

for (const name of ['stored', 'deflated'])
  test(`the arrays of ${name}.npz are read by their names`, async () => {
    const tables = await openTables(file(`${name}.npz`))
    assert.deepEqual(
      tables.map(({ columns }) => columns[0]?.name),
      ['probs', 'labels'],
    )
    assert.deepEqual(await Promise.all(tables.map((table) => readAll(table))), [[truth.flat()], [labels]])
  })

for (const name of ['snappy-groups.parquet', 'zstd-v2.parquet', 'gzip-plain.parquet', 'table.csv'])
  test(`the columns of ${name} are read, text and what is missing too`, async () => {
    const table = await first(file(name))
    const [p0, p1, p2, label, word] = await readAll(table)
    const columns = [p0, p1, p2].map((column) => (column ?? []).map((value) => Math.fround(Number(value))))
    assert.deepEqual(
      columns,
      [0, 1, 2].map((c) => truth.map((row) => row[c])),
    )
    assert.deepEqual(label, labels)
    assert.deepEqual(word, ['a', 'b', 'a', 'b', 'a', ''])
  })

test('lists of numbers in Parquet are rows; a missing number is NaN', async () => {
  const lists = await first(file('lists.parquet'))
  assert.deepEqual(
    lists.columns.map(({ width }) => width),
    [3, 3, 1],
  )
  assert.deepEqual(await readAll(lists), [truth.flat(), truth.flat(), labels])
  assert.deepEqual(await readAll(await first(file('nulls.parquet'))), [
    [1.5, Number.NaN, 2.5],
    [1, 2, 3],
  ])
})

async function refusal(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  try {
    for (const table of await openTables(path)) await readAll(table)
  } catch (error) {
    assert.ok(error instanceof UserError, String(error instanceof Error ? error.stack : error))
    return error.message
  }
  return ''
}

function npy(header: string, data = 0): Buffer {
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1')
  head.writeUInt16LE(header.length, 8)
  return Buffer.concat([head, Buffer.from(header), Buffer.alloc(data)])
}
const described = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`

test('arrays that lie or would run code are refused with the remedy', async () => {
  assert.match(
    await refusal('p.npy', await readFile(file('pickled.npy'))),
    /pickled Python objects.*never loaded.*astype/,
  )
  const cases: [string, RegExp][] = [
    [
      described('<f4', '(9223372036854775807, 9223372036854775807)'),
      /claims .* bytes\), and the file holds 64 at most/,
    ],
    [described('<f4', '(4000000000,)'), /claims 4000000000 numbers/],
    [described('<f4', '(0, 10)'), /no numbers in it/],
    [described('<f4', '()'), /a single number/],
    [described('<c8', '(2,)'), /of type "<c8"/],
    [described('<U5', '(2,)'), /of type "<U5"/],
    ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", /structured array/],
    ['__import__("os").system("true")', /none of NumPy's/],
    [described('<f4', '(15,)'), /bytes are left over/],
  ]
  for (const [header, words] of cases) assert.match(await refusal('x.npy', npy(header, 64)), words)
  assert.match(
    await refusal('x.npy', npy(described('<f4', '(16,)'), 60)),
    /holds 60 at most; it is cut short/,
  )
  assert.match(await refusal('empty.npy', new Uint8Array()), /too short/)
})

test('an archive that unpacks to more than it says is refused, and so is one that is damaged', async () => {
  const bytes = await readFile(file('stored.npz'))
  const damaged = Buffer.from(bytes)
  const at = damaged.indexOf('NUMPY') + 130
  damaged[at] = (damaged[at] ?? 0) ^ 1
  assert.match(await refusal('d.npz', damaged), /checksum is wrong/)
  assert.match(await refusal('cut.npz', bytes.subarray(0, 300)), /not a whole archive/)
})

const seeds = [
  'c.npy',
  'fortran.npy',
  'deflated.npz',
  'stored.npz',
  'snappy-groups.parquet',
  'zstd-v2.parquet',
  'gzip-plain.parquet',
  'lists.parquet',
  'nulls.parquet',
  'table.csv',
]
for (const name of seeds)
  test(`${name} that is damaged anywhere is read or refused in one sentence, with little memory`, async () => {
    const whole = await readFile(file(name))
    const rng = random(17, 'damage')
    const before = process.memoryUsage().rss
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(round % 3 === 0 ? whole.subarray(0, rng.below(whole.length)) : whole)
      if (round % 3 > 0)
        for (let hit = 0; hit < 1 + rng.below(4) && bytes.length > 0; hit++)
          bytes[rng.below(bytes.length)] = [0, 255, 127, rng.below(256)][rng.below(4)] ?? 0
      const message = await refusal(name, bytes)
      assert.ok(message.length < 700 && !message.includes('\n'), message)
    }
    assert.ok(process.memoryUsage().rss - before < 500e6)
  })
