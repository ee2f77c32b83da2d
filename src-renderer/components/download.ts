import { fileAddress } from '../hostKey.ts'

/** Keeps what a door serves at an address as a file, under the name the door gives it. */
export function download(url: string): void {
  // Where the host cannot be reached, the browser says so of the plain address.
  void fileAddress(url)
    .catch(() => url)
    .then(click)
}

function click(address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
