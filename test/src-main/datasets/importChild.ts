import { createCatalogue } from '../../../src-main/datasets/index.ts'

/*
 * A process that imports IDX files, and at the given share of them says so and stands still, to be killed there.
 */

const [home = '', path = '', share = ''] = process.argv.slice(2)
const nap = new Int32Array(new SharedArrayBuffer(4))

await createCatalogue(home).import(
  { format: 'idx', path, labels: `${path}-labels` },
  ({ done, total = 0 }) => {
    if (done < Number(share) * total) return
    process.send?.('there')
    Atomics.wait(nap, 0, 0, 60_000)
  },
)
