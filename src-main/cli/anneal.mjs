#!/usr/bin/env node
// The `anneal` of `npm link`: runs the command line on the pinned Node, whatever Node the host has.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const binary = process.platform === 'win32' ? 'node.exe' : 'node'
const node = join(here, '..', '..', 'node_modules', 'node', 'bin', binary)

const child = spawn(node, [join(here, '..', '..', '.ci', 'anneal.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
child.on('error', (error) => {
  console.error(`While starting anneal: ${error.message}; run "npm run setup" in its folder.`)
  process.exitCode = 1
})
// Ctrl+C reaches the child too, and it decides what that means.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
