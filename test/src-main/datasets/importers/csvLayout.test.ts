import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type CsvChoices, importText, refused, tempFolder } from '../fixtures.ts'

const lines = (...rows: string[]) => rows.map((row) => `${row}\n`).join('')

describe('a first line that is an example', () => {
  test('is not taken for a header when its features are numbers', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string, choices: CsvChoices) =>
      refused(
        home,
        () => importText(home, text, choices),
        /first line holds numbers and no column names.*header: false \(--no-header\)/,
      )
    const iris = lines(
      '5.1,3.5,1.4,0.2,Iris-setosa',
      '7.0,3.2,4.7,1.4,Iris-versicolor',
      '6.3,3.3,6.0,2.5,Iris-virginica',
    )
    await refuse(iris, { label: 4 })
    await refuse(lines('1,1,1', '2,3,0'), { label: 2 })
    await refuse(lines('0,a', '1,b', '2,b'), { label: 1 })
    await refuse(lines('0,1,1', '1,1,0', '1,0,1'), { label: 2 })
    const { meta } = await importText(home, iris, { label: 4, header: false })
    assert.deepEqual([meta.trainCount, meta.columns?.[0], meta.classes[0]], [3, 'column 0', 'Iris-setosa'])
  })

  test('is not taken for a header when each of its cells comes again', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string, choices: CsvChoices) =>
      refused(
        home,
        () => importText(home, text, choices),
        /first line .* looks like an example.*header: false \(--no-header\)/,
      )
    await refuse(lines('39,Private,<=50K', '50,Private,>50K', '38,Local,<=50K'), { label: 2 })
    await refuse(lines('x,red,p', 'y,red,e', 'x,blue,p'), { label: 2 })
    // Nobody means this; it is found all the same.
    await refuse(lines('5.1,1.4,setosa', '7.0,4.7,virginica', '4.9,1.4,setosa'), { label: 'setosa' })
    await refuse(lines('a,1,2', 'b,3,4', 'a,5,6'), { label: 0 })
  })

  test('is told from a header that only resembles one', async (t) => {
    const home = await tempFolder(t)
    const names = async (text: string, choices: CsvChoices) =>
      (await importText(home, text, choices)).meta.columns
    // As tables without names are saved, the label counted or not.
    assert.deepEqual(await names(lines('0,1,2', '5,6,0', '7,8,2'), { label: 2 }), ['0', '1'])
    assert.deepEqual(await names(lines('0,1,kind', '5,6,a', '7,8,b'), {}), ['0', '1'])
    assert.deepEqual(await names(lines('kind,0,1', 'a,5,6', 'b,7,8'), {}), ['0', '1'])
    assert.deepEqual(await names(lines('0,kind,2', '5,a,6', '7,b,8'), {}), ['0', '2'])
    assert.deepEqual(await names(lines('2019,2020,kind', '5,6,a', '7,8,b'), {}), ['2019', '2020'])
    assert.deepEqual(await names(lines('age,2020,kind', '5,6,a', '7,8,b'), {}), ['age', '2020'])
    assert.deepEqual(await names(lines('red,kind', 'red,a', 'blue,b'), {}), ['red=blue', 'red=red'])
  })
})

describe('columns are named', () => {
  test('by their name first, then, digits alone, by their position', async (t) => {
    const home = await tempFolder(t)
    const read = async (text: string, choices: CsvChoices) => {
      const { meta } = await importText(home, text, choices)
      return [meta.classes, meta.columns]
    }
    const bare = lines('1,2,0', '3,4,1')
    for (const label of [2, '2'])
      assert.deepEqual(await read(bare, { header: false, label }), [
        ['0', '1'],
        ['column 0', 'column 1'],
      ])
    const digits = lines('id,2,1', '7,8,a', '9,8.5,b')
    assert.deepEqual(await read(digits, { label: '1' }), [
      ['a', 'b'],
      ['id', '2'],
    ])
    // A number is a position, whatever the names.
    assert.deepEqual(await read(digits, { label: 1, categorical: ['1'] }), [
      ['8', '8.5'],
      ['id', '1=a', '1=b'],
    ])
    assert.deepEqual(await read(digits, { label: '1', categorical: ['0'] }), [
      ['a', 'b'],
      ['id=7', 'id=9', '2'],
    ])
    const refuse = (label: string | number) =>
      refused(
        home,
        () => importText(home, bare, { header: false, label }),
        /there is no column "?(3|-1|1\.5|)"?; give a name .* or a position from 0 to 2\.$/,
      )
    for (const label of [3, '3', '-1', '1.5', '']) await refuse(label)
  })

  test('after their position where the header leaves one out, in the second file too', async (t) => {
    const home = await tempFolder(t)
    const testPath = join(home, 'more.csv')
    await writeFile(testPath, lines(',kind', '3,a'))
    const { meta } = await importText(home, lines(',kind', '1,a', '2,b'), { testPath })
    assert.deepEqual([meta.columns, meta.testCount], [['column 0'], 1])
  })
})
