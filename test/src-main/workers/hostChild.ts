import { openCore } from '../../../src-main/core.ts'

/* A host in a process of its own, which can be killed. Arguments: its home folder. Prints its port once it listens. */

const home = process.argv[2] ?? ''
const core = openCore({ home, db: `${home}/anneal.db`, env: { ANNEAL_CLOCK: '0.02' } })
await core.workers.listen(0)
const { address } = await core.workers.info()
process.stdout.write(`${new URL(address ?? 'anneal://nothing').port}\n`)
// Ends with whoever started it.
process.stdin.resume().once('end', () => process.exit())
