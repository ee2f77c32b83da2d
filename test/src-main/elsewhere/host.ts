import { createElsewhereService } from '../../../src-main/elsewhere/service.ts'
import { openStore } from '../../../src-main/store/index.ts'

/* A host of a lab, of which only the reading of followed folders is of interest; it says when it is open. */

const [path = '', folder] = process.argv.slice(2)
const store = openStore(path)
const elsewhere = createElsewhereService(store, 20)
if (folder === undefined) elsewhere.followAll()
else await elsewhere.importEventFiles({ path: folder, follow: true })
process.on('disconnect', async () => {
  await elsewhere.close()
  store.close()
})
process.send?.('open')
