import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { tempFolder } from '../src-main/datasets/fixtures.ts'

/* `npm run anneal` from a checkout of its own, whose command line only says what it was given. */

const checkout = path.join(import.meta.dirname, '../..')

test('the window is built for what shows it, and not for its help', async (t) => {
  const own = await tempFolder(t)
  for (const file of ['.ci/anneal.ts', '.ci/build.ts'])
    cpSync(path.join(checkout, file), path.join(own, file))
  mkdirSync(path.join(own, 'src-main/cli'), { recursive: true })
  writeFileSync(path.join(own, 'package.json'), '{"type":"module"}')
  writeFileSync(path.join(own, 'src-main/cli/main.ts'), 'console.log(process.argv.slice(2).join(" "))\n')
  const said = (...args: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(own, '.ci/anneal.ts'), ...args], {
      encoding: 'utf8',
    })
    assert.equal(stdout, `${args.join(' ')}\n`, 'the command line is reached')
    return stderr
  }
  for (const args of [
    ['serve', '--help'],
    ['serve', '-h'],
    ['serve', '--port', '0', '--help'],
    ['runs', 'list'],
  ])
    assert.equal(said(...args), '', args.join(' '))
  assert.match(said('serve', '--no-open'), /^Building the window/)
})
