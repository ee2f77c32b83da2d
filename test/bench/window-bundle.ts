import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

/*
 * The built window's size, compressed as a server would send it. Promise: all of its code, every page included, under
 * 1 MB. Build first: npm run build.
 */

const folder = path.join(import.meta.dirname, '../../out/renderer')
const files = await readdir(folder, { recursive: true, withFileTypes: true })
const sizes = files
  .filter((entry) => entry.isFile() && /\.(js|css|html|wasm)$/.test(entry.name))
  .map((entry) => {
    const file = path.join(entry.parentPath, entry.name)
    const content = readFileSync(file)
    return { name: path.relative(folder, file), bytes: content.length, gzip: gzipSync(content).length }
  })
  .sort((a, b) => b.gzip - a.gzip)
const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0)
for (const { name, bytes, gzip } of sizes.slice(0, 8))
  console.log(
    `${name.padEnd(44)} ${(bytes / 1000).toFixed(0).padStart(6)} kB ${(gzip / 1000).toFixed(0).padStart(6)} kB gzip`,
  )
console.log(
  `renderer bundle: ${(total / 1000).toFixed(0)} kB gzip in ${sizes.length} files (promise: under 1000 kB)`,
)
if (total >= 1e6) process.exitCode = 1
