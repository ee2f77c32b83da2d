import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/*
 * A Python with PyTorch as a user names it: a program, perhaps with arguments ("chroot DEBIAN python3"). It may see other
 * files than we do, so the scripts are handed to it on standard input.
 */

/** Later ones may import those before. */
const modules = ['layers', 'step'] as const

/** Defines each module from its source, and runs the last one. */
function program(): string {
  const sources = modules.map((name) => [name, readFileSync(new URL(`${name}.py`, import.meta.url), 'utf8')])
  return [
    'import sys, types',
    `sources = ${JSON.stringify(sources)}`,
    'for name, source in sources[:-1]:',
    '    sys.modules[name] = types.ModuleType(name)',
    '    exec(compile(source, name + ".py", "exec"), sys.modules[name].__dict__)',
    'exec(compile(sources[-1][1], sources[-1][0] + ".py", "exec"), {"__name__": "__main__"})',
  ].join('\n')
}

/** Without what tunes the libraries of this machine's other programs: PyTorch shall choose for itself. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env
  return { ...env, ...more }
}

export class PythonCommand {
  readonly #program: string
  readonly #before: readonly string[]

  constructor(words: string) {
    const [program = 'python3', ...before] = words.trim().split(/\s+/)
    this.#program = program
    this.#before = before
  }

  /** Its version; undefined where it has none. */
  torchVersion(): string | undefined {
    const ran = this.#run(['-c', 'import torch; print(torch.__version__)'], undefined, {})
    return ran.status === 0 ? ran.stdout.trim() : undefined
  }

  /** What step.py prints. @throws Error with what Python said last */
  step(args: readonly string[], env: Readonly<Record<string, string>>): unknown {
    const ran = this.#run(['-', ...args], program(), env)
    if (ran.status === 0) return JSON.parse(ran.stdout)
    throw new Error(`PyTorch failed: ${ran.error?.message ?? ran.stderr.trim().split('\n').at(-1)}`)
  }

  #run(args: readonly string[], input: string | undefined, env: Readonly<Record<string, string>>) {
    return spawnSync(this.#program, [...this.#before, ...args], {
      encoding: 'utf8',
      env: environment(env),
      ...(input !== undefined && { input }),
    })
  }
}
