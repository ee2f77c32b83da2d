import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'

const here = (file: string): string => path.join(import.meta.dirname, file)

/** How the package is there; the kinds with an addon are those of the stand-in. */
export interface Kind {
  readonly installed: boolean
  readonly addon?: boolean
  readonly kind?: string
}

export interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a script, and whatever processes it starts, with the package as `kind` says. */
export async function withPackage(
  t: TestContext,
  { installed, addon = false, kind = '' }: Kind,
  script: string,
  ...args: readonly string[]
): Promise<Said> {
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-cuda-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(path.join(folder, 'package.json'), '{"version": "4.22.0"}')
  if (addon) {
    mkdirSync(path.join(folder, 'lib', 'napi-v8'), { recursive: true })
    writeFileSync(path.join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
  }
  const child = spawn(process.execPath, [here(script), ...args], {
    env: {
      ...process.env,
      NODE_OPTIONS: `--import ${pathToFileURL(here('putInTheWay.ts')).href}`,
      STAND_IN_KIND: kind,
      ...(installed && { STAND_IN_FOLDER: folder }),
      // Where nothing else than the core sets it.
      TF_FORCE_GPU_ALLOW_GROWTH: undefined,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [code] = await once(child, 'close')
  return { code, out, err }
}
