import type { RankTests } from '../../shared/api/studies.ts'

/** @param ranks [comparison][method], 1 is best */
export async function testRanks(ranks: readonly (readonly number[])[]): Promise<RankTests> {
  // A megabyte of WebAssembly, which few sessions need.
  const { criticalDifference, friedman, rankTestsReady } = await import('../../shared/study/rankTests.ts')
  await rankTestsReady
  return {
    friedman: friedman(ranks),
    criticalDifference: criticalDifference(ranks[0]?.length ?? 0, ranks.length),
  }
}
