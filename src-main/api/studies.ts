import type { StudyServices } from '../../shared/api/studies.ts'
import type { Core } from '../core.ts'
import { studyPresets } from '../studies/presets.ts'
import { testRanks } from '../studies/testRanks.ts'
import { follow, type Pulse } from './pulse.ts'
import { versionOf } from './versionOf.ts'

export function createStudyServices({ store, studies }: Core, pulse: Pulse): StudyServices {
  const { read, write } = store
  const after = <T>(value: T): T => {
    pulse.poke()
    return value
  }
  const summary = (id: string) => read.study(id).study
  const whole = (id: string) => {
    const { study, cells } = read.study(id)
    return { study, cells }
  }
  return {
    list: () => read.studies(),
    presets: () => studyPresets(),
    get: whole,
    changes: (cursor, signal) =>
      follow(pulse, signal, cursor, (at, isFirst) => {
        const { version, ...changes } = read.studiesSince(versionOf(at))
        // The first update also says that there is nothing, which is what the window waits for.
        if (!isFirst && changes.changed.length + changes.removed.length === 0) return undefined
        return { cursor: String(version), value: changes }
      }),
    watch: (id, cursor, signal) =>
      follow(pulse, signal, cursor, (at) => {
        const news = read.studySince(id, versionOf(at))
        return news && { cursor: String(news.version), value: { study: news.study, cells: news.cells } }
      }),
    plan: (spec) => studies.plan(spec),
    launch: async (spec, placement) => after(summary(await studies.launch(spec, placement ?? undefined))),
    async command({ id, command }) {
      await studies.command(summary(id).id, command)
      return after(summary(id))
    },
    async extend(input) {
      await studies.extend({ ...input, id: summary(input.id).id })
      return after(summary(input.id))
    },
    edit({ id, ...edit }) {
      const { id: whole } = summary(id)
      studies.edit(whole, edit)
      return after(summary(whole))
    },
    remove: ({ id, runs }) => after(studies.remove(summary(id).id, runs)),
    restore: (id) => after(write.restoreStudy(id)),
    rankTests: testRanks,
  }
}
