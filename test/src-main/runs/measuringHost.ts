import path from 'node:path'
import { openCore } from '../../../src-main/core.ts'
import { cloudsSpec, measuredFor } from './lab.ts'

/* A host on the home folder named on its command line that launches a run whose devices are still to be measured. */

const [, , home = ''] = process.argv
const db = path.join(home, 'anneal.db')
const core = openCore({ home, db, contenders: ['simd', 'wasm'], measuredFor })
const { finished } = await core.runs.launch(cloudsSpec(2, { model: { kind: 'mlp', hidden: [15] } }))
await finished
