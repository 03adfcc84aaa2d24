/**
 * Where credentials come from: the environment, as Lambda gives them, or placeholders for engines that do not check
 * them. Other sources (a task's role, profiles) are given by whoever runs there, so that no bundle carries their code.
 */
export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
/** Asked anew for each call: what it answers may have become another. */
export type CredentialSource = () => Credentials | Promise<Credentials>

const PLACEHOLDER = { accessKeyId: 'local', secretAccessKey: 'local' }

export class NoCredentials extends Error {
  override readonly name = 'NoCredentials'
}

/** @throws NoCredentials when the environment has none and no `endpoint` names an engine of our own */
export const fromEnvironment =
  (endpoint: string | undefined): CredentialSource =>
  () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY)
      return {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
      }
    if (endpoint) return PLACEHOLDER
    throw new NoCredentials('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set.')
  }
