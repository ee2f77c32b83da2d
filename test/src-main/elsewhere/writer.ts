import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/* Another program: it appends the bytes of a file to another one, in pieces that end in the middle of records. */

const [from = '', to = ''] = process.argv.slice(2)
const bytes = readFileSync(from)
for (let at = 0, piece = 1; at < bytes.length; at += piece, piece = (piece * 7 + 3) % 397) {
  appendFileSync(to, bytes.subarray(at, at + piece))
  await setTimeout(1)
}
process.send?.('done')
