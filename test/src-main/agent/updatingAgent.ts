import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createSelfUpdate, restart } from '../../../src-main/agent/selfUpdate.ts'

/* What an agent does whose host is another build. Arguments: its folder, the host's build ("" for one that does not say). */

const [folder = '', build] = process.argv.slice(2)
const update = createSelfUpdate({
  folder,
  running: '0'.repeat(64),
  fetchApp: () => readFile(path.join(folder, 'host.gz')),
  say: (line) => console.error(line),
  retryAfter: 50,
})
while (!update.heard(build || undefined, true)) await setTimeout(10)
await update.close()
restart(folder, ['--slots', '2'])
