import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { exportSchedule, findPreset } from '../../../shared/schedule/index.ts'
import { withoutPython } from '../../shared/schedule/export/python.ts'
import { invokeHere } from './testTerminal.ts'

const home = mkdtempSync(path.join(tmpdir(), 'anneal-code-'))
after(() => rmSync(home, { recursive: true }))
const schedule = ['schedule', '--preset', 'sgdr-10-2', '--steps', '700', '--steps-per-epoch', '10']
const source = exportSchedule(findPreset('sgdr-10-2').spec, { totalSteps: 700, stepsPerEpoch: 10 }, 'keras')

test('--code prints the Python source, or writes it to a file', async () => {
  const printed = await invokeHere(home, [...schedule, '--code', 'keras'])
  assert.deepEqual([printed.code, printed.out], [0, source])
  const out = path.join(home, 'sgdr.py')
  const written = await invokeHere(home, [...schedule, '--code', 'keras', '--out', out, '--json'])
  assert.equal(written.code, 0, written.err)
  assert.equal(readFileSync(out, 'utf8'), source)
  assert.equal(JSON.parse(written.out).format, 'keras')
})

test('--code refuses other libraries, and another format beside it', async () => {
  const unknown = await invokeHere(home, [...schedule, '--code', 'mxnet'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /must be one of pytorch, keras, optax, tfjs/)
  const both = await invokeHere(home, [...schedule, '--code', 'optax', '--format', 'svg'])
  assert.equal(both.code, 2)
  assert.match(both.err, /either --code or --format/)
})

test('--with-test writes the values and a test that passes, and fails where a value is another', async () => {
  const folder = path.join(home, 'typescript')
  const out = path.join(folder, 'sgdr 10%.ts')
  const ask = [...schedule, '--code', 'tfjs', '--with-test', '--out', out]
  const written = await invokeHere(home, [...ask, '--json'])
  assert.equal(written.code, 0, written.err)
  const names = ['sgdr 10%.ts', 'sgdr 10%.values.csv', 'sgdr 10%.test.ts']
  const files = names.map((name) => path.join(folder, name))
  assert.deepEqual(
    JSON.parse(written.out).files.map(({ file }: { file: string }) => file),
    files,
  )
  const [, values = '', test = ''] = files
  const judge = () => spawnSync(process.execPath, [test], { encoding: 'utf8' })
  const passed = judge()
  assert.equal(passed.status, 0, passed.stdout + passed.stderr)
  assert.match(passed.stdout, /rates/)
  const text = readFileSync(values, 'utf8')
  assert.equal(text.trimEnd().split('\n').length, 701)
  writeFileSync(values, text.replace(/^5,[^,]*/m, '5,0.0123'))
  const failed = judge()
  assert.equal(failed.status, 1)
  assert.match(failed.stdout, /step 5: .*, not 0.0123/)
  const again = await invokeHere(home, ask)
  assert.match(again.err, /exists already/)
  assert.match(readFileSync(values, 'utf8'), /^5,0.0123/m)
})

/** pytest's part in the test: it calls the functions, and skips where a library is missing. */
const pytest = `
import sys, types
class Skipped(Exception): pass
def importorskip(name): raise Skipped(name)
sys.modules["pytest"] = types.SimpleNamespace(importorskip=importorskip)
scope = {"__name__": "test", "__file__": sys.argv[1]}
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), scope)
for name, function in list(scope.items()):
    if name.startswith("test_"):
        try:
            function()
            print("passed", name)
        except Skipped as missing:
            print("skipped", name, missing)
`

test('--with-test for Python', { skip: withoutPython }, async () => {
  for (const [library, module] of [
    ['pytorch', 'torch'],
    ['keras', 'keras'],
    ['optax', 'optax'],
  ] as const) {
    const folder = path.join(home, library)
    const ask = [...schedule, '--code', library, '--with-test', '--out', path.join(folder, 'sgdr-10.py')]
    const written = await invokeHere(home, ask)
    assert.equal(written.code, 0, written.err)
    assert.deepEqual(readdirSync(folder).sort(), ['sgdr-10.py', 'sgdr-10.values.csv', 'test_sgdr_10.py'])
    const judged = spawnSync('python3', ['-c', pytest, path.join(folder, 'test_sgdr_10.py')], {
      encoding: 'utf8',
    })
    assert.equal(judged.status, 0, judged.stderr)
    assert.match(judged.stdout, /passed test_every_step_is_listed\npassed test_rates\npassed test_momentum/)
    assert.match(judged.stdout, new RegExp(`skipped test_in_${library} ${module}`))
  }
})

test('--with-test needs a library and a file that the test can load', async () => {
  const alone = await invokeHere(home, [...schedule, '--with-test'])
  assert.deepEqual([alone.code, alone.out], [2, ''])
  assert.match(alone.err, /give --code LIBRARY and --out FILE too/)
  const out = path.join(home, 'rates.txt')
  const named = await invokeHere(home, [...schedule, '--code', 'keras', '--with-test', '--out', out])
  assert.equal(named.code, 2)
  assert.match(named.err, /must be named \*\.py \(received rates\.txt\)/)
})

test('--from-pytorch takes a scheduler as text, and shows the place of what it cannot say', async () => {
  const text = 'w = LinearLR(o, 0.5, total_iters=2)\nscheduler = SequentialLR(o, [w, StepLR(o, 3)], [2])'
  const steps = ['--lr', '0.1', '--steps', '6']
  const printed = await invokeHere(home, ['schedule', '--from-pytorch', text, ...steps])
  assert.equal(printed.code, 0, printed.err)
  const rates = printed.out
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]))
  const wanted = [0.05, 0.075, 0.1, 0.1, 0.1, 0.01]
  for (const [step, rate] of wanted.entries()) assert.ok(Math.abs((rates[step] ?? 0) - rate) < 1e-12)
  const spec = await invokeHere(home, ['schedule', '--from-pytorch', text, ...steps, '--format', 'spec'])
  assert.equal(JSON.parse(spec.out).kind, 'sequence')
  const refused = await invokeHere(home, ['schedule', '--from-pytorch', 'StepLR(o, size=3)', ...steps])
  assert.equal(refused.code, 2)
  assert.match(refused.err, /line 1, column 16: StepLR has no size.*\n {2}StepLR\(o, size=3\)\n {17}\^/)
})

test('--recipe adds what else PyTorch has of a run, and says where it does not go', async () => {
  const spec = path.join(home, 'recipe.json')
  const ask = async (optimizer: object, ...more: string[]) => {
    const run = {
      schedule: { kind: 'constant', lr: 0.1 },
      budget: { steps: 20 },
      clipping: { by: 'norm', limit: 0.5 },
      ema: { decay: 0.9, warmup: true },
      labelSmoothing: 0.1,
      optimizer,
    }
    writeFileSync(spec, JSON.stringify(run))
    return invokeHere(home, ['schedule', '--spec', spec, '--steps', '20', '--steps-per-epoch', '10', ...more])
  }
  const sgd = { kind: 'sgd', weightDecay: 0.01, weightDecaySchedule: 'followsRate' }
  const { code, out } = await ask(sgd, '--code', 'pytorch', '--recipe')
  assert.equal(code, 0)
  for (const line of [
    'SGD(parameters, lr=1.0, momentum=0.9, weight_decay=0.01, nesterov=False)',
    'CrossEntropyLoss(label_smoothing=0.1)',
    'clip_grad_norm_(parameters, 0.5)',
    'decay = min(0.9, (1.0 + float(steps)) / (10.0 + float(steps)))',
    'group["weight_decay"] = 0.01 * learning_rate(step) / HIGHEST_RATE',
    '#     average.update_parameters(model)',
  ])
    assert.ok(out.includes(line), line)
  assert.doesNotMatch((await ask(sgd, '--code', 'pytorch')).out, /make_optimizer/)
  const decoupled = await ask({ ...sgd, decoupled: true }, '--code', 'pytorch', '--recipe')
  assert.match(decoupled.err, /no decoupled weight decay/)
  const keras = await ask(sgd, '--code', 'keras', '--recipe')
  assert.deepEqual([keras.code, /--recipe goes with --code pytorch/.test(keras.err)], [2, true])
})
