import { createDevices } from '../../../../src-main/devices/index.ts'

/* A host that looks for cuda twice, and prints what it found and whether it looked anew. */

const devices = createDevices()
const found = async (wanted: 'cuda' | 'auto') => {
  const choice = await devices.choose({ wanted })
  return choice.type === 'advice' ? choice.advice.known.cuda : undefined
}
const first = await found('cuda')
const again = await found('auto')
console.log(JSON.stringify({ found: first ?? null, isKept: first === again }))
