import { createDevices } from '../../../../src-main/devices/index.ts'

/* A host that looks for cuda twice, and prints what it found and whether it looked anew. */

const devices = createDevices()
const first = await devices.known('cuda')
const again = await devices.known('auto')
console.log(JSON.stringify({ found: first.cuda ?? null, isKept: first.cuda === again.cuda }))
