/**
 * Credentials as the AWS SDK looks for them: the environment, the role of a task or a machine, profiles, single sign-on.
 * It is the SDK's own chain, which also renews them in time. For processes that live longer than a Lambda's call, and
 * for commands that a person types; in no bundle of a function.
 */
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { type CredentialSource, fromEnvironment } from './credentials.ts'

const chain = defaultProvider()

/** Engines of our own are called as from everywhere else. */
export const fromChain = (endpoint: string | undefined): CredentialSource =>
  endpoint ? fromEnvironment(endpoint) : chain
