import { fileAddress, hostFetch } from '../../hostKey.ts'

/**
 * Has one of the host's pictures loaded and decoded.
 * @returns an address under which it is at hand
 * @throws Error with the host's reason where it sends none
 */
export async function loadPicture(url: string): Promise<string> {
  const address = await fileAddress(url)
  const image = new Image()
  image.src = address
  try {
    await image.decode()
  } catch {
    throw new Error(await reasonOf(url))
  }
  return address
}

/** A picture that fails does not say why: its address is asked once more. */
async function reasonOf(url: string): Promise<string> {
  const answer = await hostFetch(url).catch(() => undefined)
  if (answer === undefined) return 'Anneal does not answer; is it still running?'
  return answer.ok ? 'What the host sent is no picture.' : await answer.text()
}
