import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = path.join(here, '../../.interop')
const requirements = path.join(here, 'requirements.txt')
const stamp = path.join(folder, 'installed')

/** The programs that others wrote, in a Python environment that nothing else uses. */
export interface Environment {
  readonly folder: string
  /** As PyPI names them, with their versions. */
  readonly versions: Readonly<Record<string, string>>
  /** Runs a script of python/ on a value; what it prints last is JSON. @throws Error with what it said where it fails */
  ask<T>(script: string, input: unknown, answer: z.ZodType<T>): Promise<T>
}

/** @throws UserError where there is no Python, or its packages cannot be had */
export function prepareEnvironment(): Environment {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) install(wanted)
  const python = pythonIn(folder)
  const list = execFileSync(python, ['-m', 'pip', 'list', '--format=json', '--disable-pip-version-check'])
  const versions = z
    .array(z.object({ name: z.string(), version: z.string() }))
    .parse(JSON.parse(String(list)))
  return {
    folder,
    versions: Object.fromEntries(versions.map(({ name, version }) => [name.toLowerCase(), version])),
    ask: async (script, input, answer) => answer.parse(await runScript(python, script, input)),
  }
}

const pythonIn = (environment: string): string =>
  process.platform === 'win32'
    ? path.join(environment, 'Scripts/python.exe')
    : path.join(environment, 'bin/python')

function install(wanted: string): void {
  const python = ['python3', 'python'].find(answers)
  if (python === undefined) {
    throw new UserError(
      'While preparing npm run interop: no Python 3.10 or later was found (python3, python); install one with its venv module, and run it again.',
    )
  }
  process.stderr.write('Installing the programs that judge (once, about 5 GB)...\n')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync(python, ['-m', 'venv', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]
    execFileSync(pythonIn(folder), pip, { stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (error) {
    throw new UserError(
      'While preparing npm run interop: the packages of test/interop/requirements.txt could not be installed (pip says why above); see that Python has its venv module and that PyPI can be reached.',
      { cause: error },
    )
  }
  writeFileSync(stamp, wanted)
}

function answers(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function runScript(python: string, script: string, input: unknown): Promise<unknown> {
  const child = spawn(python, [path.join(here, 'python', script)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // TensorFlow says much at its start, and Keras takes it as its engine.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow', JAX_PLATFORMS: 'cpu' },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.end(JSON.stringify(input))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')
  throw new Error(`${script} ended with ${code}: ${err.trimEnd().split('\n').slice(-12).join('\n')}`)
}
