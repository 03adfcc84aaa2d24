/**
 * SST's components ask the command line to build functions and to name the account's own bucket and repository, over
 * HTTP on loopback. This answers both: builds for real, the account from the mock.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { bundleFunction, type FunctionInput } from './bundle.ts'
import type { Bundle } from './evaluation.ts'
import { ACCOUNT, REGION } from './mocks.ts'

type Call = { method: string; params: [unknown] }

/** @param bundles is filled with what was built, by the name of the function */
export async function serve(folder: string, bundles: Record<string, Bundle>) {
  const answer = async ({ method, params }: Call): Promise<{ result: unknown } | { error: string }> => {
    if (method === 'Runtime.Build') {
      const input = params[0] as FunctionInput
      const { output, bundle } = await bundleFunction(input, folder)
      if (bundle) bundles[input.functionID] = bundle
      return { result: output }
    }
    if (method === 'Provider.Aws.Bootstrap') return { result: BOOTSTRAP }
    return { error: `the evaluation does not know ${method}` }
  }
  const server = createServer(async (request, response) => {
    const call = JSON.parse(await text(request)) as Call
    const reply = await answer(call).catch((error: unknown) => ({ error: String(error) }))
    response.end(JSON.stringify(reply))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  }
}

const BOOTSTRAP = {
  asset: 'sst-asset-mock',
  assetEcrRegistryId: ACCOUNT,
  assetEcrUrl: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/sst-asset`,
  state: 'sst-state-mock',
}
