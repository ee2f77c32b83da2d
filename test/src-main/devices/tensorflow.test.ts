import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { UserError } from '../../../shared/errors.ts'
import { buildAddon, putInPlace, removeLeftovers } from '../../../src-main/devices/tensorflow/build.ts'
import { chooseTensorflow, readSetting, writeSetting } from '../../../src-main/devices/tensorflow/chosen.ts'
import { cudaIsAbsent, mayHaveCuda, setTensorflow } from '../../../src-main/devices/tensorflow/index.ts'
import {
  addonFolder,
  addonName,
  keepTensorflowIn,
  keptFolder,
  tensorflowEnvironment,
} from '../../../src-main/devices/tensorflow/kept.ts'
import { addonLayout, addonVariable } from '../../../src-main/devices/tensorflow/layout.ts'
import {
  header,
  libraries,
  type PythonTensorflow,
  tensorflowIn,
} from '../../../src-main/devices/tensorflow/pythonTensorflow.ts'
import { tempFolder } from '../datasets/fixtures.ts'

/*
 * What is told of a Python environment by its files. The addon itself is built, and trains, against the real TensorFlow in
 * npm run interop.
 */

const touch = (file: string): void => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, '')
}

/** An environment as pip leaves it. */
function makeEnvironment(
  root: string,
  { version = '2.21.0', project = 'tensorflow', python = 'python3.12', cuda = false } = {},
): { environment: string; folder: string } {
  const packages = path.join(root, 'lib', python, 'site-packages')
  const folder = path.join(packages, 'tensorflow')
  for (const file of ['__init__.py', header, ...libraries]) touch(path.join(folder, file))
  touch(path.join(packages, 'tensorflow_hub-0.16.1.dist-info/METADATA'))
  touch(path.join(packages, `${project}-${version}.dist-info/METADATA`))
  if (cuda) touch(path.join(packages, 'nvidia/cudnn/lib/libcudnn.so.9'))
  touch(path.join(root, 'bin/python3'))
  return { environment: root, folder }
}

function found(place: string): PythonTensorflow {
  const tensorflow = tensorflowIn(place)
  assert.ok(typeof tensorflow === 'object', `${place}: ${tensorflow}`)
  return tensorflow
}

test('TensorFlow is found by its environment, its Python, its packages and itself, in its version', async (t) => {
  const { environment, folder } = makeEnvironment(await tempFolder(t), { cuda: true })
  const packages = path.dirname(folder)
  for (const place of [environment, path.join(environment, 'bin/python3'), packages, folder]) {
    assert.deepEqual(found(place), {
      version: '2.21.0',
      folder,
      cudaFolders: [path.join(packages, 'nvidia/cudnn/lib')],
    })
  }
  for (const project of ['tensorflow_cpu', 'tf_nightly', 'tensorflow_base']) {
    const other = makeEnvironment(await tempFolder(t), { project, version: '2.19.1' })
    assert.deepEqual(found(other.environment), { version: '2.19.1', folder: other.folder, cudaFolders: [] })
  }
})

test('of several Pythons the newest counts, by number and not by letter', async (t) => {
  const root = await tempFolder(t)
  makeEnvironment(root, { python: 'python3.9', version: '2.18.0' })
  makeEnvironment(root, { python: 'python3.12' })
  assert.equal(found(root).version, '2.21.0')
})

test('what is no environment, has no TensorFlow or an old one is said', async (t) => {
  const root = await tempFolder(t)
  assert.equal(tensorflowIn(path.join(root, 'nowhere')), undefined)
  assert.equal(tensorflowIn(root), undefined)
  const { environment, folder } = makeEnvironment(root, { version: '2.9.1' })
  rmSync(path.join(folder, libraries[0]))
  assert.match(
    String(tensorflowIn(environment)),
    /^TensorFlow 2\.9\.1 in .* has no libtensorflow_cc\.so\.2; pip install --upgrade/,
  )
})

test('a variable goes before the setting, and the setting before an activated environment', async (t) => {
  const kept = await tempFolder(t)
  const [one, two, three] = [await tempFolder(t), await tempFolder(t), await tempFolder(t)]
  makeEnvironment(one, { version: '2.19.0' })
  makeEnvironment(two, { version: '2.20.0' })
  makeEnvironment(three)
  assert.deepEqual(chooseTensorflow(kept, {}), { type: 'none' })
  // An environment of other work is none of ours.
  assert.deepEqual(chooseTensorflow(kept, { VIRTUAL_ENV: kept }), { type: 'none' })
  const seen = (env: Record<string, string>) => {
    const chosen = chooseTensorflow(kept, env)
    return chosen.type === 'found' ? [chosen.source, chosen.tensorflow.version] : chosen.type
  }
  assert.deepEqual(seen({ CONDA_PREFIX: one, VIRTUAL_ENV: three }), ['VIRTUAL_ENV', '2.21.0'])
  writeSetting(kept, two)
  assert.deepEqual(seen({ VIRTUAL_ENV: three }), ['setting', '2.20.0'])
  assert.deepEqual(seen({ VIRTUAL_ENV: three, ANNEAL_TENSORFLOW: one }), ['ANNEAL_TENSORFLOW', '2.19.0'])
  // One that is named and is none is said, and no other is taken for it.
  assert.equal(seen({ VIRTUAL_ENV: three, ANNEAL_TENSORFLOW: kept }), 'refused')
  writeSetting(kept, undefined)
  assert.equal(readSetting(kept), undefined)
})

/** A home of its own for what is kept. */
async function ownHome(t: TestContext): Promise<string> {
  const home = await tempFolder(t)
  keepTensorflowIn(home)
  return home
}

test('an addon goes with its versions and its place, and a process is told of it once it is whole', async (t) => {
  await ownHome(t)
  const root = await tempFolder(t)
  const tensorflow = found(makeEnvironment(root, { cuda: true }).environment)
  const others = [
    { ...tensorflow, version: '2.21.1' },
    { ...tensorflow, folder: '/elsewhere' },
  ]
  assert.equal(new Set([tensorflow, ...others].map(addonName)).size, 3)
  assert.deepEqual(tensorflowEnvironment(), {})
  assert.ok(mayHaveCuda(() => false))
  writeSetting(keptFolder(), root)
  mkdirSync(addonFolder(tensorflow), { recursive: true })
  assert.deepEqual(tensorflowEnvironment(), {}, 'a folder without an addon is none')
  assert.match(
    cudaIsAbsent() ?? '',
    /^TensorFlow 2\.21\.0 is in .* its addon is not built: run "anneal tensorflow"/,
  )
  touch(addonLayout(addonFolder(tensorflow)).binding)
  const env = tensorflowEnvironment()
  assert.equal(env[addonVariable], addonFolder(tensorflow))
  assert.match(env.LD_LIBRARY_PATH ?? '', /nvidia\/cudnn\/lib/)
  assert.equal(cudaIsAbsent(), undefined)
  assert.ok(!mayHaveCuda(() => false), '"auto" does not start it where there is no card')
  assert.ok(mayHaveCuda((node) => node === '/dev/nvidia0'))
})

test('two that build at once leave one addon, and one that was killed leaves nothing', async (t) => {
  const kept = await tempFolder(t)
  const built = (name: string): string => {
    touch(addonLayout(path.join(kept, name)).binding)
    return path.join(kept, name)
  }
  const folder = path.join(kept, 'addon-x')
  putInPlace(built('building-1-a'), folder)
  const second = built('building-1-b')
  putInPlace(second, folder)
  assert.ok(existsSync(second), 'its own is for whoever made it to remove')
  rmSync(addonLayout(folder).binding)
  putInPlace(second, folder)
  assert.ok(existsSync(addonLayout(folder).binding), 'a folder without an addon gives way')
  const [dead, young, alive] = ['building-99999999-c', 'building-99999998-d', `building-${process.pid}-e`]
  for (const name of [dead, young, alive]) built(name)
  const long = new Date(Date.now() - 3_600_000)
  for (const name of [dead, alive]) utimesSync(path.join(kept, name), long, long)
  removeLeftovers(kept)
  assert.deepEqual(readdirSync(kept).toSorted(), ['addon-x', alive, young].toSorted())
})

test('without a compiler, and with one that refuses, it says what to do and keeps nothing', async (t) => {
  const home = await ownHome(t)
  const root = await tempFolder(t)
  const tensorflow = found(makeEnvironment(root).environment)
  const build = (env: Record<string, string>) => buildAddon(tensorflow, { mayFetch: false, env })
  await assert.rejects(build({ PATH: home }), {
    name: 'UserError',
    message:
      /there is no C\+\+ compiler \(g\+\+, c\+\+, clang\+\+\); install one, as with "sudo apt install g\+\+"/,
  })
  const compiler = path.join(home, 'compiler')
  writeFileSync(compiler, '#!/bin/sh\n[ "$1" = --version ] || { echo "error: no such thing" >&2; exit 1; }\n')
  chmodSync(compiler, 0o755)
  await assert.rejects(build({ CXX: compiler }), {
    message: /sources are not here yet; run "anneal tensorflow"/,
  })
  assert.deepEqual(readdirSync(keptFolder()), [])
  await assert.rejects(setTensorflow(home), (error: unknown) => {
    assert.ok(error instanceof UserError)
    assert.match(
      error.message,
      /is no Python environment with TensorFlow: name the folder that "python3 -m venv"/,
    )
    return true
  })
  assert.equal(readSetting(keptFolder()), undefined)
})
