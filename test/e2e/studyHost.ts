import path from 'node:path'
import { openCore } from '../../src-main/core.ts'

/* A program that works on the queue of a home folder until it is killed. */

const [home = ''] = process.argv.slice(2)
const core = openCore({ home, db: path.join(home, 'anneal.db') })
core.runs.workOnQueue()
process.stdout.write('works\n')
// The look at the queue does not hold a process that has nothing else to do.
setInterval(() => undefined, 60_000)
