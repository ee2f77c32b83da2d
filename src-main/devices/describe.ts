import type { DeviceInfo } from '../../shared/api/lab.ts'
import { byTime, type DeviceComparison } from '../../shared/run/deviceComparison.ts'
import { subjectText } from '../../shared/run/modelText.ts'
import type { ProbeReply } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { listed, milliseconds } from './timingText.ts'

type Probed = { readonly name: EngineName } & ProbeReply

/**
 * Each device with what was found of it, and what "auto" makes of it.
 * @param measured those that are measured against each other · @param latest the newest comparison of this machine
 */
export function describeDevices(
  probes: readonly Probed[],
  measured: readonly EngineName[],
  latest: DeviceComparison | undefined,
): DeviceInfo[] {
  const [first] = probes
    .filter(({ available, rank }) => available && rank >= 0)
    .toSorted((a, b) => a.rank - b.rank)
  const fastest = latest === undefined ? undefined : byTime(latest.timings)[0]?.name
  const chosen = measured.length > 1 ? (fastest ?? measured[0]) : first?.name
  return probes.map((found) => {
    const { name, available, reason } = found
    const isChosen = name === chosen
    const others = measured.filter((other) => other !== name)
    const isMeasured = measured.includes(name) && others.length > 0
    const notes = [
      ...(isMeasured
        ? [`"auto" measures it against ${listed(others)} for each model`, ...timeOf(name, latest)]
        : []),
      ...(isChosen && !isMeasured ? ['"auto" takes it: the fastest one here'] : []),
    ]
    return {
      name,
      available,
      device: found.available ? found.device : null,
      reason: [reason, ...notes].join('; '),
      chosen: isChosen,
    }
  })
}

function timeOf(name: EngineName, latest: DeviceComparison | undefined): string[] {
  const timing = latest?.timings.find((each) => each.name === name)
  if (latest === undefined || timing === undefined) return []
  const subject = subjectText(latest.subject)
  return 'failure' in timing
    ? [`it could not be measured for ${subject}: ${timing.failure}`]
    : [`${milliseconds(timing.stepMs)} a step of ${subject}`]
}
