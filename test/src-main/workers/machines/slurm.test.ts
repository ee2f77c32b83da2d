import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { missingForSlurm } from './missing.ts'
import { startSlurm } from './slurm.ts'

test('a Slurm of two nodes runs a job on each', async (t: TestContext) => {
  const missing = missingForSlurm()
  if (missing !== undefined) return t.skip(missing)
  const slurm = await startSlurm()
  t.after(slurm.close)
  const job = 'sbatch --parsable --wait --ntasks=2 -N2 -o none --wrap "srun hostname | sort > names"'
  const { status, stdout } = await slurm.sh(`cd ${slurm.folder} && ${job} && cat names`)
  assert.equal(status, 0, slurm.logs())
  assert.match(stdout, /n1\nn2\n$/)
})
