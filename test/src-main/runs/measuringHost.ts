import path from 'node:path'
import { openCore } from '../../../src-main/core.ts'
import { cloudsSpec } from './lab.ts'

/* A host on the home folder named on its command line that launches a run whose devices are still to be measured. */

const [, , home = ''] = process.argv
const core = openCore({ home, db: path.join(home, 'anneal.db'), contenders: ['simd', 'wasm'] })
const { finished } = await core.runs.launch(cloudsSpec(2, { model: { kind: 'mlp', hidden: [15] } }))
await finished
