/** Before the tests: SST's platform is there, and every variant of a deployment is evaluated. */
import { installPlatform } from './platform.ts'
import { evaluateAll } from './variants.ts'

export default async function setup(): Promise<void> {
  installPlatform()
  await evaluateAll()
}
